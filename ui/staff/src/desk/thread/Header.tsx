import type { Item } from "@linger/sdk";
import { ActionIcon, Badge, Button, Menu, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import {
  IconArrowBackUp,
  IconArrowLeft,
  IconArrowsRightLeft,
  IconCheck,
  IconDots,
  IconFlag,
  IconHandGrab,
  IconHelpHexagon,
  IconInfoCircle,
  IconLogout,
  IconRotate,
  IconX,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useReadable } from "../../kit";
import { type Action, actionsFor, shortcut } from "../actions/actions";
import { nameOf } from "../lists";
import { useDesk } from "../model";
import { names } from "../names";
import { STATES } from "../words";
import classes from "./header.module.css";
import type { Going } from "./Thread";
import thread from "./thread.module.css";

const ICONS: Record<string, ComponentType<{ size?: number; "aria-hidden"?: boolean }>> = {
  pick: IconHandGrab,
  reopen: IconRotate,
  finish: IconCheck,
  transfer: IconArrowsRightLeft,
  consult: IconHelpHexagon,
  leave: IconLogout,
  release: IconArrowBackUp,
  end: IconFlag,
};

/** Who it is, how it stands, and what can be done with it. */
export function Header({ item, going }: { item: Item; going: Going }) {
  const desk = useDesk();
  const known = useReadable(names);
  const panel = useReadable(desk.panel);
  const actions = actionsFor(item, desk);
  const context = { desk, item, leave: going.leave, select: going.select };
  const park = actions.find((each) => each.id === "park");
  // Where there is little room the name comes first: what is not next goes into the menu.
  const narrow = useMediaQuery("(max-width: 48em)");
  const isButton = (each: Action) => each.id in ICONS && (!narrow || each.primary);
  const buttons = actions.filter(isButton);
  const others = actions.filter((each) => !isButton(each) && each.id !== "park");
  const state = STATES[item.state];
  const holder =
    item.agent && item.agent !== desk.agent && item.state !== "open"
      ? `with ${known.agent(item.agent)}`
      : null;
  const sub = [item.queue && known.queue(item.queue), holder, item.subject].filter(Boolean);
  return (
    <header className={`${thread.head} ${classes.head}`}>
      <ActionIcon
        className={classes.back}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Back to the list"
        onClick={going.back}
      >
        <IconArrowLeft size={20} aria-hidden />
      </ActionIcon>
      <div className={thread.who}>
        <div className={thread.title}>
          <h1 className={thread.name}>{nameOf(item)}</h1>
          <Badge color={state.color} title={state.means}>
            {state.label}
          </Badge>
          {item.mode === "live" && <Badge color="accent">Live</Badge>}
        </div>
        <div className={thread.sub}>{sub.join(" · ")}</div>
      </div>
      <div className={classes.actions}>
        {buttons.map((action) => (
          <ActionButton
            key={action.id}
            action={action}
            item={item}
            onRun={() => action.run(context)}
          />
        ))}
        {park && (
          <Tooltip label={`Park (${shortcut(park.key)}). ${park.does(item)}`} multiline w={280}>
            <ActionIcon
              variant="default"
              size={32}
              aria-label="Park"
              onClick={() => void park.run(context)}
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        {others.length > 0 && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size={32} aria-label="More actions">
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {others.map((action) => (
                <Menu.Item
                  key={action.id}
                  c={action.danger ? "var(--mantine-color-error)" : undefined}
                  onClick={() => void action.run(context)}
                >
                  {action.label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        <Tooltip label={`Details (${shortcut("I")})`}>
          <ActionIcon
            variant={panel === "open" ? "light" : "subtle"}
            color="gray"
            size={32}
            aria-label="Details"
            aria-pressed={panel === "open"}
            onClick={() => desk.panel.set(panel === "open" ? "closed" : "open")}
          >
            <IconInfoCircle size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </header>
  );
}

function ActionButton(props: { action: Action; item: Item; onRun: () => void | Promise<void> }) {
  const { action, item } = props;
  const Icon = ICONS[action.id];
  return (
    <Tooltip
      label={`${action.label} (${shortcut(action.key)}). ${action.does(item)}`}
      multiline
      w={280}
    >
      <Button
        size="xs"
        h={32}
        px={10}
        variant={action.primary ? "filled" : "default"}
        data-place={action.primary ? "primary" : undefined}
        aria-label={action.label}
        onClick={() => void props.onRun()}
      >
        {Icon && <Icon size={16} aria-hidden />}
        <span className={classes.label} data-primary={action.primary || undefined}>
          {action.label}
        </span>
      </Button>
    </Tooltip>
  );
}
