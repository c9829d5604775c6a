import type { ThreadMessage, View } from "@linger/sdk";
import { expect, test } from "vitest";
import { CHUNK, createChunker, type Section } from "../src/app/model/chunks";
import { endOf, partOf } from "../src/app/model/window";

const view = { id: "a", state: "active" } as View;
const message = (seq: number | undefined, key = `m${seq}`): ThreadMessage => ({
  key,
  seq,
  at: 1_700_000_000_000 + (seq ?? 0) * 1000,
  author: { kind: "agent", agent: "anna" },
  text: "x",
  mine: false,
});
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => message(from + n));
const section = (messages: ThreadMessage[]): Section => ({ id: "a", view, messages });

test("earlier messages leave the pieces that were there as they are", () => {
  const chunker = createChunker();
  const late = range(50, 200);
  const before = chunker([section(late)]);
  const after = chunker([section([...range(1, 49), ...late])]);
  expect(after.at(-1)?.rows()).toBe(before.at(-1)?.rows());
  expect(new Set(after.map((c) => c.key)).size).toBe(after.length);
  expect(after.flatMap((c) => c.rows()).filter((r) => r.kind === "message")).toHaveLength(200);
});

test("what waits has the next numbers, so it stays where it is once it is sent", () => {
  const chunker = createChunker();
  const sent = range(1, CHUNK);
  const waiting = chunker([section([...sent, message(undefined, "own")])]);
  const done = chunker([section([...sent, { ...message(CHUNK + 1), key: "own" }])]);
  expect(done.map((c) => c.key)).toEqual(waiting.map((c) => c.key));
});

test("a conversation without messages is there", () => {
  expect(createChunker()([section([])])).toHaveLength(1);
});

test("only what is near the part in sight is drawn, and the rest has room", () => {
  const pieces = Array.from({ length: 250 }, (_, n) => ({ key: `p${n}`, size: 40 }));
  const measured = new Map([["p249", 1000]]);
  const end = endOf(pieces, measured, 1600);
  expect(end.to).toBe(250);
  expect(end.to - end.from).toBeLessThan(4);
  expect(end.below).toBe(0);
  expect(end.above).toBe(end.from * 40 * 64);

  const middle = partOf(pieces, measured, 100_000, 102_000);
  expect(middle.to - middle.from).toBeLessThan(4);
  expect(middle.above).toBeLessThanOrEqual(100_000);
  const drawn = (middle.to - middle.from) * 40 * 64;
  expect(middle.above + drawn + middle.below).toBe(249 * 40 * 64 + 1000);
});

test("beyond the end the last piece is drawn, and nothing of nothing", () => {
  const pieces = [{ key: "a", size: 1 }];
  expect(partOf(pieces, new Map(), 10_000, 11_000)).toMatchObject({ from: 0, to: 1 });
  expect(partOf([], new Map(), 0, 100)).toMatchObject({ above: 0, below: 0, to: 0 });
});
