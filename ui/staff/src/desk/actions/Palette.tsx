import type { Presence } from "@linger/sdk";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { formatShort, PRESENCES, toastRefusal } from "../../kit";
import { focusOn } from "../focus";
import { LIST_NAMES, nameOf } from "../lists";
import { type DeskModel, useDesk } from "../model";
import type { Going } from "../thread/Thread";
import { LISTS, STATES } from "../words";
import { actionsFor, shortcut } from "./actions";
import { dialogs } from "./dialogs";

/** Conversations that are taken in at most. */
const CONVERSATIONS = 2000;

/** Everything that can be done now, and every conversation, by typing a part of its name. */
export function Palette({ id, going }: { id: string | null; going: Going }) {
  const desk = useDesk();
  // Made when it opens: what the desk holds changes all the time.
  const [actions, setActions] = useState<SpotlightActionGroupData[]>([]);
  return (
    <Spotlight
      actions={actions}
      onSpotlightOpen={() => setActions(commands(desk, id, going))}
      shortcut={["mod + K"]}
      limit={40}
      nothingFound="Nothing by that name"
      scrollable
      maxHeight={480}
      size={560}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      attributes={{ content: { "aria-label": "Commands" } }}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: "Do something, or go to a conversation",
        "aria-label": "Search commands and conversations",
      }}
    />
  );
}

function commands(desk: DeskModel, id: string | null, going: Going): SpotlightActionGroupData[] {
  const item = id ? desk.store.latest(id) : undefined;
  const groups: SpotlightActionGroupData[] = [];
  if (item) {
    const context = { desk, item, leave: going.leave, select: going.select };
    groups.push({
      group: `Conversation with ${nameOf(item)}`,
      actions: [
        ...actionsFor(item, desk).map((action) => ({
          id: action.id,
          label: action.label,
          description: `${action.does(item)} ${shortcut(action.key)}`,
          onClick: () => void action.run(context),
        })),
        {
          id: "note",
          label: "Write a private note",
          description: shortcut("N"),
          onClick: () => {
            desk.noteMode.set(true);
            focusOn("composer");
          },
        },
      ],
    });
  }
  groups.push({
    group: "Conversations",
    actions: [...desk.store.all()].slice(0, CONVERSATIONS).map(({ item: each }) => ({
      id: each.id,
      label: nameOf(each),
      description: [STATES[each.state].label, each.subject, formatShort(each.activity_at)]
        .filter(Boolean)
        .join(" · "),
      keywords: [each.customer, ...(each.tags ?? [])],
      onClick: () => going.select(each.id),
    })),
  });
  groups.push({
    group: "Presence",
    actions: (Object.keys(PRESENCES) as Presence[]).map((presence) => ({
      id: `presence-${presence}`,
      label: `Be ${PRESENCES[presence].label.toLowerCase()}`,
      description: PRESENCES[presence].means,
      onClick: () =>
        void desk.client
          .request("presence", { presence })
          .catch((error) => toastRefusal(error, "Your presence is as it was")),
    })),
  });
  groups.push({
    group: "Go to",
    actions: [
      ...LIST_NAMES.filter((list) => list !== "all" || desk.supervisor).map((list, index) => ({
        id: `list-${list}`,
        label: `List: ${LISTS[list].label}`,
        description: shortcut(String(index + 1)),
        onClick: () => {
          desk.list.set(list);
          focusOn("list");
        },
      })),
      {
        id: "keys",
        label: "Keyboard shortcuts",
        description: "?",
        onClick: () => dialogs.set({ kind: "keys" }),
      },
    ],
  });
  return groups;
}
