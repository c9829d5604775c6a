/** What the log is made of: messages in groups, days, system messages. */

import type { ThreadMessage } from "@linger/sdk";

export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "system"; key: string; message: ThreadMessage }
  | {
      kind: "message";
      key: string;
      message: ThreadMessage;
      /** First and last of a group: of one author, without a long break. */
      first: boolean;
      last: boolean;
    };

const BREAK_MS = 5 * 60_000;

export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function together(a: ThreadMessage | undefined, b: ThreadMessage | undefined): boolean {
  if (!a || !b) return false;
  return (
    a.author.kind !== "system" &&
    a.author.kind === b.author.kind &&
    a.author.agent === b.author.agent &&
    a.mine === b.mine &&
    Math.abs(b.at - a.at) < BREAK_MS &&
    sameDay(a.at, b.at)
  );
}

/** `before` and `after` are the neighbours of the messages; they are not drawn. */
export function rowsOf(
  messages: readonly ThreadMessage[],
  before?: ThreadMessage,
  after?: ThreadMessage,
): Row[] {
  const rows: Row[] = [];
  messages.forEach((message, n) => {
    const previous = n === 0 ? before : messages[n - 1];
    const next = n === messages.length - 1 ? after : messages[n + 1];
    const { key } = message;
    if (!previous || !sameDay(previous.at, message.at))
      rows.push({ kind: "day", key: `day:${key}`, at: message.at });
    if (message.author.kind === "system") rows.push({ kind: "system", key, message });
    else
      rows.push({
        kind: "message",
        key,
        message,
        first: !together(previous, message),
        last: !together(message, next),
      });
  });
  return rows;
}

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => (word ? ([...word][0] ?? "") : ""))
    .join("");
  return letters.toLocaleUpperCase();
}
