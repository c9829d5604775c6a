import type { Note, Thread, ThreadMessage } from "@linger/sdk";
import { Button, Group } from "@mantine/core";
import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconLock } from "@tabler/icons-react";
import { memo } from "react";
import { formatDateTime, formatDay, formatTime, RefusalText, useReadable } from "../../kit";
import { names } from "../names";
import type { Entry } from "./entries";
import { linked } from "./links";
import classes from "./thread.module.css";

const DELIVERY = {
  waiting: "Waiting",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  refused: "Not sent",
};

/** One line of a thread. Lines are equal as long as what they show is the same. */
export const Line = memo(
  function Line({ entry, customer, thread }: { entry: Entry; customer: string; thread: Thread }) {
    const { above } = entry;
    return (
      <>
        {above?.conversation && (
          <div className={classes.divider} data-strong>
            {above.current ? "This conversation" : "Earlier conversation"}
            {above.conversation.subject ? `: ${above.conversation.subject}` : ""} ·{" "}
            {formatDateTime(above.conversation.created_at)}
          </div>
        )}
        {above?.day !== undefined && <div className={classes.divider}>{formatDay(above.day)}</div>}
        {entry.kind === "unread" && (
          <div className={classes.divider} data-unread>
            New
          </div>
        )}
        {entry.kind === "system" && (
          <div className={classes.system}>{linked(entry.message.text)}</div>
        )}
        {entry.kind === "note" && <NoteLine note={entry.note} />}
        {entry.kind === "message" && (
          <MessageLine
            message={entry.message}
            first={entry.first}
            last={entry.last}
            customer={customer}
            thread={thread}
          />
        )}
      </>
    );
  },
  (x, y) => x.customer === y.customer && x.thread === y.thread && sameEntry(x.entry, y.entry),
);

function sameEntry(x: Entry, y: Entry): boolean {
  if (x === y) return true;
  if (x.key !== y.key || x.above?.day !== y.above?.day) return false;
  if (x.above?.conversation?.id !== y.above?.conversation?.id) return false;
  if (x.above?.conversation?.subject !== y.above?.conversation?.subject) return false;
  if (x.kind === "message" && y.kind === "message") {
    return x.message === y.message && x.first === y.first && x.last === y.last;
  }
  if (x.kind === "system" && y.kind === "system") return x.message === y.message;
  if (x.kind === "note" && y.kind === "note") return x.note === y.note;
  return x.kind === y.kind;
}

export function NoteLine({ note }: { note: Note }) {
  const known = useReadable(names);
  return (
    <article className={classes.note} aria-label={`Private note by ${known.agent(note.by)}`}>
      <div className={classes.by}>
        <IconLock size={14} aria-hidden />
        <span className={classes.speaker}>{known.agent(note.by)}</span>
        <span>
          {note.private_to ? `note for ${known.agent(note.private_to)}` : "private note"} ·{" "}
          {formatTime(note.at)}
        </span>
      </div>
      {linked(note.text)}
    </article>
  );
}

function MessageLine(props: {
  message: ThreadMessage;
  first: boolean;
  last: boolean;
  customer: string;
  thread: Thread;
}) {
  const { message, first, last, customer, thread } = props;
  const known = useReadable(names);
  const { author, delivery } = message;
  const own = author.kind === "agent";
  const speaker = !own
    ? customer
    : message.mine
      ? "You"
      : (author.name ?? known.agent(author.agent ?? ""));
  return (
    <article
      className={classes.message}
      data-first={first || undefined}
      data-own={own || undefined}
      data-waiting={delivery === "waiting" || undefined}
    >
      <div className={first ? classes.by : "visually-hidden"}>
        <span className={classes.speaker}>{speaker}</span>
        <time dateTime={new Date(message.at).toISOString()}>{formatTime(message.at)}</time>
      </div>
      <div className={classes.bubble} title={formatDateTime(message.at)}>
        {linked(message.text)}
      </div>
      {delivery && (
        <span
          // The last of a group speaks for those above it, unless one of them did not get through.
          className={
            last || delivery === "waiting" || delivery === "refused"
              ? classes.mark
              : "visually-hidden"
          }
          data-delivery={delivery}
        >
          {delivery === "waiting" && <IconClock size={14} aria-hidden />}
          {delivery === "sent" && <IconCheck size={14} aria-hidden />}
          {(delivery === "delivered" || delivery === "read") && (
            <IconChecks size={14} aria-hidden />
          )}
          {delivery === "refused" && <IconAlertCircle size={14} aria-hidden />}
          <span className={delivery === "refused" ? undefined : "visually-hidden"}>
            {DELIVERY[delivery]}
          </span>
          {message.refusal && (
            <span>
              <RefusalText error={message.refusal} />
            </span>
          )}
        </span>
      )}
      {delivery === "refused" && (
        <Group gap={4}>
          <Button size="compact-xs" variant="default" onClick={() => thread.retry(message.key)}>
            Send again
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => thread.discard(message.key)}>
            Discard
          </Button>
        </Group>
      )}
    </article>
  );
}
