import { describe, expect, test } from "vitest";
import type { Message } from "../src/index";
import { Window } from "../src/thread/window";

function message(seq: number): Message {
  return { conversation: "c", seq, at: seq, author: { kind: "customer" }, text: `${seq}` };
}

describe("a window has no gap and no duplicate", () => {
  test.each([
    { name: "in order", after: 0, come: [1, 2, 3], has: [1, 2, 3], gap: false },
    { name: "twice", after: 0, come: [1, 1, 2, 1, 2], has: [1, 2], gap: false },
    { name: "out of order", after: 4, come: [7, 5, 6], has: [5, 6, 7], gap: false },
    { name: "ahead of a gap", after: 4, come: [5, 8, 9], has: [5], gap: true },
    { name: "from before the window", after: 4, come: [3, 4, 5], has: [5], gap: false },
    { name: "nothing", after: 9, come: [], has: [], gap: false },
  ])("$name", ({ after, come, has, gap }) => {
    const window = new Window(after);
    for (const seq of come) window.append(message(seq));
    expect(window.messages.map((m) => m.seq)).toEqual(has);
    expect(window.gap).toBe(gap);
    expect(window.first).toBe(after + 1);
    expect(window.last).toBe(after + has.length);
  });

  test.each([
    { name: "a page", page: [3, 4], has: [3, 4, 5] },
    { name: "a page that overlaps", page: [3, 4, 5, 6], has: [3, 4, 5] },
    { name: "a page that does not reach the window", page: [2, 3], has: [5] },
    { name: "nothing", page: [], has: [5] },
  ])("before it comes $name", ({ page, has }) => {
    const window = new Window(4);
    window.append(message(5));
    window.prepend(page.map(message));
    expect(window.messages.map((m) => m.seq)).toEqual(has);
    expect(window.first).toBe(has[0]);
  });

  test("whatever comes, in whichever order and however often", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      let state = seed;
      const random = (n: number) => {
        state = (state * 48_271) % 2_147_483_647;
        return state % n;
      };
      const window = new Window(random(5));
      for (let n = 0; n < 60; n += 1) {
        if (random(4) > 0) window.append(message(1 + random(20)));
        else {
          const end = random(12);
          window.prepend(Array.from({ length: random(5) }, (_, i) => message(end - i)));
        }
        const seqs = window.messages.map((m) => m.seq);
        expect(seqs).toEqual(seqs.map((_, i) => window.first + i));
      }
    }
  });
});

test("it says what it has grown by: one message may bring those that waited for it", () => {
  const window = new Window(3);
  const grown = [6, 5, 4, 4].map((seq) => window.append(message(seq)).map((m) => m.seq));
  expect(grown).toEqual([[], [], [4, 5, 6], []]);
});
