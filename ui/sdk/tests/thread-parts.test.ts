import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Marks } from "../src/index";
import { Marking } from "../src/thread/marks";
import { TypingIn, TypingOut } from "../src/thread/typing";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("marks", () => {
  const none = { delivered: 0, read: 0 };
  let told: Partial<Marks>[];
  let connected: boolean;
  let marking: Marking;

  beforeEach(() => {
    told = [];
    connected = true;
    marking = new Marking((marks) => {
      if (connected) told.push(marks);
      return connected;
    });
  });

  test("go together, and never back", () => {
    marking.delivered(3);
    marking.delivered(5);
    marking.readTo(4);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([{ delivered: 5, read: 4 }]);
    marking.delivered(2);
    marking.readTo(1);
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(1);
    marking.readTo(9);
    vi.advanceTimersByTime(1_000);
    expect(told[1]).toEqual({ delivered: 9, read: 9 });
  });

  test("are told again after a lost connection, if the server does not have them", () => {
    marking.readTo(4);
    vi.advanceTimersByTime(1_000);
    marking.lost(none);
    marking.known(none);
    marking.flush();
    expect(told).toEqual([
      { delivered: 4, read: 4 },
      { delivered: 4, read: 4 },
    ]);
    marking.lost({ delivered: 4, read: 4 });
    marking.flush();
    expect(told).toHaveLength(2);
  });

  test("wait for a connection, and what another tab has marked is not marked again", () => {
    connected = false;
    marking.delivered(2);
    vi.advanceTimersByTime(1_000);
    connected = true;
    marking.flush();
    expect(told).toEqual([{ delivered: 2 }]);
    marking.known({ delivered: 8, read: 8 });
    marking.readTo(7);
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(1);
    expect(marking.read).toBe(8);
  });
});

describe("typing", () => {
  test("is told seldom, and ends by itself", () => {
    const told: boolean[] = [];
    const out = new TypingOut((on) => told.push(on));
    for (let n = 0; n < 30; n += 1) {
      out.set(true);
      vi.advanceTimersByTime(100);
    }
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(2_000);
    out.set(true);
    expect(told).toEqual([true, true]);
    vi.advanceTimersByTime(20_000);
    expect(told).toEqual([true, true, false]);
    out.set(false);
    expect(told).toHaveLength(3);
    out.set(true);
    out.sent();
    vi.advanceTimersByTime(20_000);
    expect(told).toHaveLength(4);
  });

  test("of the other side is shown until it ends, a message comes, or nothing more is heard", () => {
    const typing = new TypingIn();
    const anna = { conversation: "c", side: "agent" as const, agent: "anna" };
    typing.heard({ ...anna, on: true });
    expect(typing.value.get()).toEqual({ side: "agent", agent: "anna" });
    const shown = typing.value.get();
    typing.heard({ ...anna, on: true });
    expect(typing.value.get()).toBe(shown);
    typing.heard({ ...anna, agent: "bob", on: false });
    expect(typing.value.get()).toBe(shown);
    typing.wrote("agent", "anna");
    expect(typing.value.get()).toBeNull();
    typing.heard({ ...anna, on: true });
    vi.advanceTimersByTime(30_000);
    expect(typing.value.get()).toBeNull();
    typing.heard({ ...anna, on: true });
    typing.heard({ ...anna, on: false });
    expect(typing.value.get()).toBeNull();
  });
});
