import type { ThreadMessage } from "@linger/sdk";
import { expect, test } from "vitest";
import { initials, rowsOf } from "../src/app/model/rows";

const start = new Date(2026, 4, 3, 12).getTime();
let count = 0;

function message(given: Partial<ThreadMessage> = {}): ThreadMessage {
  count += 1;
  return {
    key: `k${count}`,
    at: start,
    author: { kind: "agent", agent: "anna" },
    text: "x",
    mine: false,
    ...given,
  };
}
const mine = { mine: true, author: { kind: "customer" as const } };
const shape = (messages: ThreadMessage[]) =>
  rowsOf(messages).map((row) =>
    row.kind === "message" ? `${row.first ? "[" : ""}m${row.last ? "]" : ""}` : row.kind,
  );

test("messages of one author stand together", () => {
  expect(shape([message(), message(), message(mine)])).toEqual(["day", "[m", "m]", "[m]"]);
});

test("another agent, a long break and a system message begin a new group", () => {
  expect(shape([message(), message({ author: { kind: "agent", agent: "bob" } })])).toEqual([
    "day",
    "[m]",
    "[m]",
  ]);
  expect(shape([message(), message({ at: start + 5 * 60_000 })])).toEqual(["day", "[m]", "[m]"]);
  expect(shape([message(), message({ author: { kind: "system" } }), message()])).toEqual([
    "day",
    "[m]",
    "system",
    "[m]",
  ]);
});

test("each day begins with a divider, also right after midnight", () => {
  const before = new Date(2026, 4, 3, 23, 59).getTime();
  expect(shape([message({ at: before }), message({ at: before + 2 * 60_000 })])).toEqual([
    "day",
    "[m]",
    "day",
    "[m]",
  ]);
});

test("neighbours count and are not drawn", () => {
  const rows = rowsOf([message()], message(), message());
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ first: false, last: false });
});

test.each([
  ["Anna", "A"],
  ["maría souto", "MS"],
  ["Jean Paul Belmont", "JB"],
  ["  ", ""],
  ["😀 x", "😀X"],
])("initials of %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
