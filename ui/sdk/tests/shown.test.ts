import { describe, expect, test } from "vitest";
import type { Message } from "../src/index";
import type { Entry } from "../src/outbox/entry";
import { shownMessages } from "../src/thread/shown";

const customer = { kind: "customer" as const };
const anna = { kind: "agent" as const, agent: "anna", name: "Anna" };

function message(seq: number, mine: boolean, client_id?: string): Message {
  const author = mine ? customer : anna;
  return { conversation: "c", seq, at: seq, author, text: `text ${seq}`, client_id };
}

function entry(id: string, more: Partial<Entry> = {}): Entry {
  return { id, owner: null, conversation: "c", text: `text of ${id}`, at: 9, ...more };
}

const parts = {
  id: "c",
  window: [message(1, true, "a"), message(2, false, "z"), message(3, true, "b")],
  entries: [] as Entry[],
  settled: [] as { entry: Entry; conversation: string; seq: number; at: number }[],
  delays: new Map(),
  author: customer,
  mine: (author: { kind: string }) => author.kind === "customer",
  other: { delivered: 2, read: 1 },
};

const keys = (shown: readonly { key: string }[]) => shown.map((m) => m.key);

describe("what a thread shows", () => {
  test("own messages by their client id, others by their number, with how far they got", () => {
    const shown = shownMessages([], parts);
    expect(keys(shown)).toEqual(["a", "c:2", "b"]);
    expect(shown.map((m) => m.delivery)).toEqual(["read", undefined, "sent"]);
    const further = shownMessages(shown, { ...parts, other: { delivered: 3, read: 1 } });
    expect(further[2]?.delivery).toBe("delivered");
    expect(further[0]).toBe(shown[0]);
    expect(shownMessages(shown, parts)).toBe(shown);
  });

  test("what waits comes last, in the order in which it was written, and once", () => {
    const refused = { code: "too_long", message: "Shorten it.", retry: false, help: "/h" };
    const waiting = {
      ...parts,
      entries: [entry("b"), entry("d", { refused }), entry("e"), entry("f", { text: undefined })],
      settled: [
        { entry: entry("a"), conversation: "c", seq: 1, at: 1 },
        { entry: entry("g"), conversation: "c", seq: 4, at: 4 },
      ],
    };
    const shown = shownMessages([], waiting);
    expect(keys(shown)).toEqual(["a", "c:2", "b", "g", "d", "e"]);
    expect(shown.slice(3).map((m) => m.delivery)).toEqual(["sent", "refused", "waiting"]);
    expect(shown[4]?.refusal?.code).toBe("too_long");
    expect(shownMessages(shown, waiting)).toBe(shown);
  });

  test("a message keeps its key from the first moment to the last", () => {
    const first = shownMessages([], { ...parts, window: [], entries: [entry("a")] });
    const sent = { entry: entry("a"), conversation: "c", seq: 1, at: 1 };
    const second = shownMessages(first, { ...parts, window: [], settled: [sent] });
    const third = shownMessages(second, { ...parts, window: [message(1, true, "a")] });
    expect([keys(first), keys(second), keys(third)]).toEqual([["a"], ["a"], ["a"]]);
    // What the server keeps is what is shown.
    expect(third[0]?.text).toBe("text 1");
  });
});
