import type { Entry, Settled } from "../outbox/entry.js";
import type { Author, Marks, Message } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { Delivery, ThreadMessage } from "../types.js";

interface Parts {
  id: string;
  window: readonly Message[];
  entries: readonly Entry[];
  settled: readonly Settled[];
  /** Why an entry waits, by its id. */
  delays: ReadonlyMap<string, Refusal>;
  author: Author;
  mine(author: Author): boolean;
  /** How far the other side has the thread. */
  other: Marks;
}

/**
 * The messages of a thread as they are shown: the window, then what was accepted and has not come
 * back yet, then what waits. What has not changed is the same object as before, and so is the list.
 */
export function shownMessages(
  before: readonly ThreadMessage[],
  parts: Parts,
): readonly ThreadMessage[] {
  const known = new Map(before.map((m) => [m.key, m]));
  const there = new Set<string>();
  const shown = parts.window.map((message) => {
    const mine = parts.mine(message.author);
    if (mine && message.client_id) there.add(message.client_id);
    const key = (mine && message.client_id) || `${parts.id}:${message.seq}`;
    return kept(known.get(key), ofServer(key, message, mine, parts.other));
  });
  for (const { entry, seq, at } of parts.settled) {
    if (there.has(entry.id)) continue;
    there.add(entry.id);
    const delivery = deliveryOf(seq ?? 0, parts.other);
    shown.push(kept(known.get(entry.id), { ...ofEntry(entry, parts.author), seq, at, delivery }));
  }
  for (const entry of parts.entries) {
    if (there.has(entry.id) || entry.text === undefined) continue;
    const delivery = entry.refused ? "refused" : "waiting";
    const delay = parts.delays.get(entry.id);
    const message: ThreadMessage = { ...ofEntry(entry, parts.author), delivery };
    const was = known.get(entry.id);
    if (entry.refused && was?.refusal?.message === entry.refused.message)
      message.refusal = was.refusal;
    else if (entry.refused) message.refusal = new Refusal(entry.refused);
    else if (delay) message.refusal = delay;
    shown.push(kept(was, message));
  }
  const same = shown.length === before.length && shown.every((m, i) => m === before[i]);
  return same ? before : shown;
}

function ofServer(key: string, message: Message, mine: boolean, other: Marks): ThreadMessage {
  const { seq, at, author, text, client_id } = message;
  const shown: ThreadMessage = { key, seq, at, author, text, mine };
  if (client_id !== undefined) shown.clientId = client_id;
  if (mine) shown.delivery = deliveryOf(seq, other);
  return shown;
}

function ofEntry({ id, at, text = "" }: Entry, author: Author): ThreadMessage {
  return { key: id, clientId: id, at, author, text, mine: true };
}

function deliveryOf(seq: number, other: Marks): Delivery {
  if (seq <= other.read) return "read";
  return seq <= other.delivered ? "delivered" : "sent";
}

function kept(before: ThreadMessage | undefined, now: ThreadMessage): ThreadMessage {
  const same =
    before &&
    before.seq === now.seq &&
    before.delivery === now.delivery &&
    before.refusal === now.refusal &&
    before.text === now.text &&
    before.author.name === now.author.name;
  return same ? before : now;
}
