import type { Message, Note, ThreadMessage, View } from "@linger/sdk";

/** An earlier conversation of the customer, as far as it was loaded. */
export interface PastBlock {
  view: View;
  messages: readonly ThreadMessage[];
}

/** One line of the thread as it is drawn. */
export type Entry =
  | { kind: "top"; key: string }
  | { kind: "day"; key: string; at: number }
  | { kind: "conversation"; key: string; view: View; current: boolean }
  | { kind: "system"; key: string; message: ThreadMessage }
  | { kind: "message"; key: string; message: ThreadMessage; first: boolean }
  | { kind: "note"; key: string; note: Note }
  | { kind: "unread"; key: string };

const GROUP_MS = 5 * 60_000;

const dayOf = (at: number) => new Date(at).setHours(0, 0, 0, 0);

const speaker = (message: ThreadMessage) => `${message.author.kind}:${message.author.agent ?? ""}`;

/**
 * Everything in the order in which it is read: earlier conversations, days, messages with the notes
 * between them, and where the unread begin. Messages of one speaker in a row form a group.
 */
export function buildEntries(options: {
  past: readonly PastBlock[];
  view: View;
  messages: readonly ThreadMessage[];
  notes: readonly Note[];
  unreadFrom: number | null;
}): Entry[] {
  const { past, view, messages, notes, unreadFrom } = options;
  const entries: Entry[] = [{ kind: "top", key: "top" }];
  for (const block of past) {
    entries.push({
      kind: "conversation",
      key: `past:${block.view.id}`,
      view: block.view,
      current: false,
    });
    append(entries, block.messages, [], null);
  }
  if (past.length > 0) {
    entries.push({ kind: "conversation", key: `now:${view.id}`, view, current: true });
  }
  append(entries, messages, notes, unreadFrom);
  return entries;
}

function append(
  entries: Entry[],
  messages: readonly ThreadMessage[],
  notes: readonly Note[],
  unreadFrom: number | null,
): void {
  let day = Number.NaN;
  let before: ThreadMessage | null = null;
  let next = 0;
  let marked = false;
  const newDay = (at: number, key: string) => {
    const today = dayOf(at);
    if (today === day) return;
    day = today;
    before = null;
    entries.push({ kind: "day", key: `day:${key}`, at });
  };
  const note = (each: Note) => {
    newDay(each.at, `n${each.conversation}:${each.number}`);
    entries.push({ kind: "note", key: `note:${each.conversation}:${each.number}`, note: each });
    before = null;
  };
  // Notes from before the window come with the messages they belong to.
  const begin = messages[0]?.at;
  while (begin !== undefined && (messages[0]?.seq ?? 1) > 1 && (notes[next]?.at ?? begin) < begin) {
    next++;
  }
  for (const message of messages) {
    for (let each = notes[next]; each && each.at <= message.at; each = notes[++next]) note(each);
    newDay(message.at, message.key);
    if (!marked && unreadFrom !== null && message.seq !== undefined && message.seq >= unreadFrom) {
      marked = true;
      before = null;
      entries.push({ kind: "unread", key: "unread" });
    }
    if (message.author.kind === "system") {
      entries.push({ kind: "system", key: message.key, message });
      before = null;
      continue;
    }
    const previous: ThreadMessage | null = before;
    const first =
      previous === null ||
      speaker(previous) !== speaker(message) ||
      message.at - (previous as ThreadMessage).at > GROUP_MS;
    entries.push({ kind: "message", key: message.key, message, first });
    before = message;
  }
  for (let each = notes[next]; each; each = notes[++next]) note(each);
}

/** A message of the history as a thread shows it. */
export function asThreadMessage(message: Message, agent: string): ThreadMessage {
  return {
    key: `${message.conversation}:${message.seq}`,
    seq: message.seq,
    clientId: message.client_id,
    at: message.at,
    author: message.author,
    text: message.text,
    mine: message.author.kind === "agent" && message.author.agent === agent,
  };
}
