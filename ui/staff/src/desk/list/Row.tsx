import type { Item } from "@linger/sdk";
import { Badge } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { memo, useMemo } from "react";
import { Elapsed, formatShort, useReadable } from "../../kit";
import { isConsulted, type ListName, nameOf, waitingSince } from "../lists";
import { useDesk } from "../model";
import { names } from "../names";
import type { RowData } from "../store";
import { STATES } from "../words";
import classes from "./list.module.css";

/** One conversation in a list. It listens to its own id and to nothing else. */
export const Row = memo(function Row(props: {
  id: string;
  list: ListName;
  selected: boolean;
  focusable: boolean;
  onOpen: (id: string) => void;
}) {
  const { id, list, selected } = props;
  const desk = useDesk();
  const readable = useMemo(() => desk.store.row(id), [desk, id]);
  const row = useReadable(readable);
  if (!row) return null;
  const { item, unread } = row;
  return (
    <button
      type="button"
      className={classes.row}
      data-selected={selected || undefined}
      data-id={id}
      data-place={props.focusable ? "list" : undefined}
      aria-current={selected ? "true" : undefined}
      tabIndex={props.focusable ? 0 : -1}
      onClick={() => props.onOpen(id)}
    >
      <span className={classes.line}>
        <span className={classes.name} data-unread={unread > 0 || undefined}>
          {nameOf(item)}
        </span>
        <When row={row} agent={desk.agent} />
      </span>
      <span className={classes.line}>
        <span className={classes.text} data-unread={unread > 0 || undefined}>
          <LastLine row={row} />
        </span>
        {unread > 0 && (
          <Badge size="sm" variant="filled" circle={unread < 10} className={classes.badge}>
            {unread > 99 ? "99+" : unread}
            <span className="visually-hidden"> unread</span>
          </Badge>
        )}
      </span>
      <span className={classes.line}>
        <Chips item={item} list={list} agent={desk.agent} />
      </span>
    </button>
  );
});

function LastLine({ row }: { row: RowData }) {
  if (row.typing) return <em>is typing…</em>;
  if (row.last) return <>{row.last.mine ? `You: ${row.last.text}` : row.last.text}</>;
  return <>{row.item.subject ?? "No messages yet"}</>;
}

/** How long the customer has been waiting for us, or when something happened last. */
function When({ row, agent }: { row: RowData; agent: string }) {
  const { item } = row;
  const since =
    waitingSince(item) ??
    (item.state === "active" && item.agent === agent
      ? (row.unansweredSince ?? undefined)
      : undefined);
  if (since === undefined) {
    return <span className={classes.when}>{formatShort(row.last?.at ?? item.activity_at)}</span>;
  }
  return (
    <span className={classes.when} data-waiting>
      <IconClock size={12} aria-hidden />
      <span className="visually-hidden">waiting for </span>
      <Elapsed since={since} />
    </span>
  );
}

function Chips({ item, list, agent }: { item: Item; list: ListName; agent: string }) {
  const known = useReadable(names);
  const state = STATES[item.state];
  const back = item.state === "open" && item.waiting_for === agent;
  return (
    <span className={classes.chips}>
      {back && <span className={classes.chip}>Back, waits for you</span>}
      {!back && (list === "all" || item.state === "wrap_up") && (
        <span className={classes.chip}>{state.label}</span>
      )}
      {isConsulted(item, agent) && <span className={classes.chip}>Consulted</span>}
      {item.transfer_to && item.agent === agent && (
        <span className={classes.chip}>Offered to {known.agent(item.transfer_to)}</span>
      )}
      {list === "all" && item.agent && (
        <span className={classes.quiet}>{known.agent(item.agent)}</span>
      )}
      {item.mode === "live" && <span className={classes.chip}>Live</span>}
      {item.queue && <span className={classes.quiet}>{known.queue(item.queue)}</span>}
      {item.tags?.slice(0, 3).map((tag) => (
        <span key={tag} className={classes.tag}>
          {tag}
        </span>
      ))}
      {(item.tags?.length ?? 0) > 3 && (
        <span className={classes.quiet}>+{(item.tags?.length ?? 0) - 3}</span>
      )}
    </span>
  );
}
