import type { Message, Note, ThreadMessage, View } from "@linger/sdk";

/** An earlier conversation of the customer, as far as it was loaded. */
export interface PastBlock {
  view: View;
  messages: readonly ThreadMessage[];
}

/**
 * What stands above a line. It belongs to the line, so that the first line has the same key before
 * and after earlier ones are loaded: where one reads stays where it is.
 */
export interface Above {
  day?: number;
  conversation?: View;
  current?: boolean;
}

/** One line of the thread as it is drawn. */
export type Entry = { key: string; above?: Above } & (
  | { kind: "system"; message: ThreadMessage }
  | { kind: "message"; message: ThreadMessage; first: boolean; last: boolean }
  | { kind: "note"; note: Note }
  | { kind: "unread" }
);

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
  const entries: Entry[] = [];
  for (const block of past) {
    append(entries, block.messages, [], null, { conversation: block.view });
  }
  const above = past.length > 0 ? { conversation: view, current: true } : {};
  append(entries, messages, notes, unreadFrom, above);
  return entries;
}

function append(
  entries: Entry[],
  messages: readonly ThreadMessage[],
  notes: readonly Note[],
  unreadFrom: number | null,
  heading: Above,
): void {
  let above: Above = heading;
  let day = Number.NaN;
  let before: ThreadMessage | null = null;
  let next = 0;
  let marked = false;
  const push = (entry: Entry, at: number) => {
    const today = dayOf(at);
    if (today !== day) {
      day = today;
      above = { ...above, day: at };
      if (entry.kind === "message") entry.first = true;
    }
    entries.push(Object.keys(above).length > 0 ? { ...entry, above } : entry);
    above = {};
  };
  const note = (each: Note) => {
    const key = `note:${each.conversation}:${each.number}`;
    push({ kind: "note", key, note: each }, each.at);
    before = null;
  };
  // Notes from before the window come with the messages they belong to.
  const begin = messages[0]?.at;
  while (begin !== undefined && (messages[0]?.seq ?? 1) > 1 && (notes[next]?.at ?? begin) < begin) {
    next++;
  }
  for (const message of messages) {
    for (let each = notes[next]; each && each.at <= message.at; each = notes[++next]) note(each);
    const { key, seq, at } = message;
    if (!marked && unreadFrom !== null && seq !== undefined && seq >= unreadFrom) {
      marked = true;
      before = null;
      push({ kind: "unread", key: "unread" }, at);
    }
    if (message.author.kind === "system") {
      push({ kind: "system", key, message }, at);
      before = null;
      continue;
    }
    const first = begins(before, message);
    const previous = entries.at(-1);
    if (!first && previous?.kind === "message") previous.last = false;
    push({ kind: "message", key, message, first, last: true }, at);
    before = message;
  }
  for (let each = notes[next]; each; each = notes[++next]) note(each);
}

/** Whether a message begins a group: another speaker, or a pause. */
const begins = (before: ThreadMessage | null, message: ThreadMessage) =>
  before === null || speaker(before) !== speaker(message) || message.at - before.at > GROUP_MS;

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
