import type { AgentRequests, Item } from "@linger/sdk";
import { modals } from "@mantine/modals";
import { toastDone, toastRefusal } from "../../kit";
import { focusOn, type Place } from "../focus";
import { isConsulted, isOffered, nameOf } from "../lists";
import type { DeskModel } from "../model";
import { names } from "../names";
import { DOES } from "../words";
import { dialogs } from "./dialogs";

export interface Context {
  desk: DeskModel;
  item: Item;
  /** Goes to another conversation of the list, or to none. */
  leave: () => void;
  select: (id: string) => void;
}

export interface Action {
  id: string;
  label: string;
  /** With Alt, by the place of the key: works while typing, too. */
  key: string;
  does: (item: Item) => string;
  /** Buttons of the thread's header; others are in the menu and the palette. */
  primary?: boolean;
  danger?: boolean;
  when: (item: Item, desk: DeskModel) => boolean;
  run: (context: Context) => void | Promise<void>;
}

const has = (item: Item, desk: DeskModel) =>
  item.state === "active" && item.agent === desk.agent && item.accepted;

/** Where conversations are offered, nobody picks. */
function mayPick(item: Item): boolean {
  const { company } = names.get();
  const workstream = company?.workstreams.find((each) => each.id === item.workstream);
  return workstream?.distribution !== "push";
}

type Simple = "park" | "release" | "end" | "finish" | "reopen" | "pick" | "accept" | "reject";

/** Asks, takes in the answer and says what came of it; a refusal is said in the server's words. */
export async function ask<K extends keyof AgentRequests>(
  { desk }: Pick<Context, "desk">,
  type: K,
  fields: AgentRequests[K]["fields"],
  failed: string,
): Promise<AgentRequests[K]["answer"] | null> {
  try {
    const answer = await desk.client.request(type, fields);
    if (answer && "conversation" in answer) desk.store.put(answer.conversation);
    return answer;
  } catch (error) {
    toastRefusal(error, failed);
    const id = (fields as { conversation?: string }).conversation;
    if (id) void desk.feed.refresh(id);
    return null;
  }
}

async function simple(
  context: Context,
  type: Simple,
  words: { failed: string; done?: [title: string, text: string] },
  after: { leave?: boolean; focus?: Place },
): Promise<void> {
  const answer = await ask(context, type, { conversation: context.item.id }, words.failed);
  if (!answer) return;
  // It is one's own now: the list follows.
  if (type === "pick" || type === "reopen") context.desk.list.set("mine");
  if (words.done) toastDone(words.done[1], words.done[0]);
  if (after.leave) context.leave();
  if (after.focus === "composer") focusOn("composer", `${context.item.id}:reply`);
  else if (after.focus) focusOn(after.focus);
}

export const ACTIONS: readonly Action[] = [
  {
    id: "pick",
    label: "Pick",
    key: "U",
    does: () => DOES.pick,
    primary: true,
    when: (item) => item.state === "open" && mayPick(item),
    run: (context) => simple(context, "pick", { failed: "Not picked" }, { focus: "composer" }),
  },
  {
    id: "reopen",
    label: "Reopen",
    key: "O",
    does: DOES.reopen,
    primary: true,
    when: (item) => item.state === "waiting",
    run: (context) => simple(context, "reopen", { failed: "Not reopened" }, { focus: "composer" }),
  },
  {
    id: "finish",
    label: "Finish",
    key: "W",
    does: () => DOES.finish,
    primary: true,
    when: (item, desk) =>
      item.state === "wrap_up" && (item.agent === desk.agent || desk.supervisor),
    run: (context) =>
      simple(
        context,
        "finish",
        { failed: "Not finished", done: ["Finished", DOES.finished] },
        { leave: true, focus: "list" },
      ),
  },
  {
    id: "transfer",
    label: "Transfer",
    key: "T",
    does: () => DOES.transfer,
    when: (item, desk) =>
      (has(item, desk) && !item.transfer_to) ||
      (desk.supervisor && ["open", "waiting", "active"].includes(item.state)),
    run: (context) => dialogs.set({ kind: "transfer", context }),
  },
  {
    id: "consult",
    label: "Consult",
    key: "C",
    does: () => DOES.consult,
    when: (item, desk) => has(item, desk) || (desk.supervisor && item.state === "active"),
    run: (context) => dialogs.set({ kind: "consult", context }),
  },
  {
    id: "leave",
    label: "Leave the consult",
    key: "Q",
    does: () => "You are consulted no longer.",
    primary: true,
    when: (item, desk) => isConsulted(item, desk.agent),
    run: async (context) => {
      const { item } = context;
      if (await ask(context, "consult_end", { conversation: item.id }, "Not left")) {
        void context.desk.feed.refresh(item.id);
        context.leave();
        focusOn("list");
      }
    },
  },
  {
    id: "release",
    label: "Release",
    key: "L",
    does: () => DOES.release,
    when: has,
    run: (context) =>
      simple(
        context,
        "release",
        { failed: "Not released", done: ["Released", DOES.released] },
        { leave: true, focus: "list" },
      ),
  },
  {
    id: "end",
    label: "End",
    key: "X",
    does: DOES.end,
    danger: true,
    when: has,
    run: (context) =>
      void modals.openConfirmModal({
        title: `End the conversation with ${nameOf(context.item)}?`,
        children: DOES.end(context.item),
        labels: { confirm: "End", cancel: "Keep it" },
        confirmProps: { color: "red", "data-autofocus": true },
        closeButtonProps: { "aria-label": "Close" },
        onConfirm: () =>
          void simple(
            context,
            "end",
            { failed: "Not ended", done: ["Ended", DOES.ended] },
            { focus: "primary" },
          ),
      }),
  },
  {
    id: "park",
    label: "Park",
    key: "P",
    does: DOES.park,
    when: has,
    run: (context) =>
      simple(
        context,
        "park",
        { failed: "Not parked", done: ["Parked", DOES.parked(context.item)] },
        { leave: true, focus: "list" },
      ),
  },
  {
    id: "force_close",
    label: "Force-close",
    key: "Z",
    does: () => "Closes it at once, for the customer too.",
    danger: true,
    when: (item, desk) => desk.supervisor && item.state !== "closed" && !has(item, desk),
    run: (context) =>
      void modals.openConfirmModal({
        title: `Force-close the conversation with ${nameOf(context.item)}?`,
        children: "It is closed at once and for good, whoever has it. What was written stays.",
        labels: { confirm: "Force-close", cancel: "Keep it" },
        confirmProps: { color: "red", "data-autofocus": true },
        closeButtonProps: { "aria-label": "Close" },
        onConfirm: async () => {
          const fields = { conversation: context.item.id };
          if (await ask(context, "force_close", fields, "Not closed")) focusOn("list");
        },
      }),
  },
];

/** What can be done with it now, by this agent. An offer has its own two answers. */
export function actionsFor(item: Item, desk: DeskModel): Action[] {
  if (isOffered(item, desk.agent)) return [];
  return ACTIONS.filter((action) => action.when(item, desk));
}

export const shortcut = (key: string) =>
  /Mac|iP(hone|ad)/.test(navigator.platform) ? `⌥${key}` : `Alt+${key}`;
