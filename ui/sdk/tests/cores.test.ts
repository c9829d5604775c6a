import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ThreadHost } from "../src/thread/core";
import { Cores } from "../src/thread/cores";
import { Value } from "../src/value";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function cores(): Cores {
  const host = {
    side: "agent",
    link: { online: false, post: () => false },
    outbox: { entries: new Value([]), settled: new Value([]), delays: new Map(), shown: () => {} },
    author: () => ({ kind: "agent", agent: "anna" }),
    mine: () => false,
    marks: () => false,
    belongs: () => false,
    changed: () => {},
  };
  return new Cores(host as unknown as ThreadHost);
}

test("a thread is one, however many hold it, and stays a moment after the last has left", () => {
  const all = cores();
  const [a, b] = [all.open("c"), all.open("c")];
  expect(a.messages).toBe(b.messages);
  a.close();
  a.close();
  vi.advanceTimersByTime(60_000);
  expect(all.get("c")).toBeDefined();
  b.close();
  vi.advanceTimersByTime(5_000);
  const again = all.open("c");
  expect(again.messages).toBe(a.messages);
  again.close();
  vi.advanceTimersByTime(11_000);
  expect(all.get("c")).toBeUndefined();
});

test("the one opened longest ago makes room, and says so; one that nobody holds goes first", () => {
  const all = cores();
  const threads = Array.from({ length: 60 }, (_, n) => all.open(`c${n}`));
  threads[7]?.close();
  all.open("one more");
  expect(all.get("c7")).toBeUndefined();
  expect(threads[0]?.refusal.get()).toBeNull();
  all.open("c0");
  all.open("another");
  expect(all.get("c0")).toBeDefined();
  expect(all.get("c1")).toBeUndefined();
  expect(threads[1]?.refusal.get()).toMatchObject({ code: "too_many_subscriptions", retry: false });
  all.close();
});
