/**
 * The log in pieces of some dozens of messages. Only those near the part that is seen are drawn, so
 * a history of any length costs the same.
 */

import type { ThreadMessage, View } from "@linger/sdk";
import { type Row, rowsOf } from "./rows";

export const CHUNK = 40;

/** One conversation as far as it is loaded. */
export interface Section {
  id: string;
  view: View;
  messages: readonly ThreadMessage[];
}

export interface Chunk {
  key: string;
  section: Section;
  /** How many messages it has. */
  size: number;
  /** Made when they are drawn. The same array as long as nothing of it changes. */
  rows(): readonly Row[];
  /** First and last of its section. */
  first: boolean;
  last: boolean;
}

interface Made {
  messages: readonly ThreadMessage[];
  before?: ThreadMessage;
  after?: ThreadMessage;
  rows(): readonly Row[];
}

function make(
  messages: readonly ThreadMessage[],
  before?: ThreadMessage,
  after?: ThreadMessage,
): Made {
  let made: readonly Row[] | undefined;
  return {
    messages,
    before,
    after,
    rows() {
      made ??= rowsOf(messages, before, after);
      return made;
    },
  };
}

const NONE: readonly Row[] = [];

function equal(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((x, n) => x === b[n]);
}

/** Cuts at fixed numbers, so that a piece stays the same when earlier messages come. */
function cut(messages: readonly ThreadMessage[]): { number: number; messages: ThreadMessage[] }[] {
  const pieces: { number: number; messages: ThreadMessage[] }[] = [];
  let seq = 0;
  for (const message of messages) {
    // What has no number yet will have the next ones.
    seq = message.seq ?? seq + 1;
    const number = Math.floor(seq / CHUNK);
    const last = pieces.at(-1);
    if (last && last.number >= number) last.messages.push(message);
    else pieces.push({ number, messages: [message] });
  }
  return pieces;
}

/** Remembers the rows of pieces that did not change. */
export function createChunker(): (sections: readonly Section[]) => Chunk[] {
  let made = new Map<string, Made>();
  return (sections) => {
    const next = new Map<string, Made>();
    const chunks: Chunk[] = [];
    for (const section of sections) {
      const pieces = cut(section.messages);
      pieces.forEach((piece, n) => {
        const key = `${section.id}:${piece.number}`;
        const before = pieces[n - 1]?.messages.at(-1);
        const after = pieces[n + 1]?.messages[0];
        const old = made.get(key);
        const entry =
          old && old.before === before && old.after === after && equal(old.messages, piece.messages)
            ? old
            : make(piece.messages, before, after);
        next.set(key, entry);
        chunks.push({
          key,
          section,
          size: piece.messages.length,
          rows: entry.rows,
          first: n === 0,
          last: n === pieces.length - 1,
        });
      });
      // A conversation without messages shows its divider and that it ended.
      if (pieces.length === 0)
        chunks.push({
          key: `${section.id}:0`,
          section,
          size: 0,
          rows: () => NONE,
          first: true,
          last: true,
        });
    }
    made = next;
    return chunks;
  };
}
