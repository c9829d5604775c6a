import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Offers, offeredTo } from "../src/agent/offers";
import type { View } from "../src/index";
import { subject } from "../src/link/poll";
import { unknownView } from "../src/thread/core";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function view(id: string, more: Partial<View> = {}): View {
  return { ...unknownView(id), version: 1, state: "active", agent: "anna", ...more };
}

test.each([
  { name: "an offer", more: {}, is: true },
  { name: "of somebody else", more: { agent: "bob" }, is: false },
  { name: "accepted", more: { accepted: true }, is: false },
  { name: "a transfer", more: { agent: "bob", accepted: true, transfer_to: "anna" }, is: true },
  { name: "back in the queue", more: { state: "open" as const, agent: undefined }, is: false },
])("what is offered to anna: $name", ({ more, is }) => {
  expect(offeredTo(view("c", more), "anna")).toBe(is);
});

test("offers stand in the order of their deadlines and end by themselves", () => {
  const offers = new Offers(() => Date.now() + 500);
  const ids = () => offers.value.get().map((o) => o.view.id);
  offers.put({ view: view("late"), deadline: 60_000, returning: false, transfer: false });
  offers.put({ view: view("soon"), deadline: 10_000, returning: true, transfer: false });
  offers.put({ view: view("soon"), deadline: 11_000, returning: true, transfer: false });
  expect(ids()).toEqual(["soon", "late"]);
  offers.seen(view("late", { version: 0, accepted: true }), "anna");
  expect(ids()).toEqual(["soon", "late"]);
  vi.advanceTimersByTime(15_000);
  expect(ids()).toEqual(["late"]);
  offers.seen(view("late", { version: 2, accepted: true }), "anna");
  expect(ids()).toEqual([]);
  offers.close();
});

test.each([
  {
    token: "lgd-0123456789abcdef0123456789abcdef-secret",
    is: "device:0123456789abcdef0123456789abcdef",
  },
  { token: `x.${btoa('{"sub":"maria"}').replace(/=+$/, "")}.y`, is: "maria" },
  { token: "garbage", is: "" },
])("whom a token is for: $is", ({ token, is }) => {
  expect(subject(token)).toBe(is);
});
