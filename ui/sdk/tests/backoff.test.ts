import { describe, expect, test } from "vitest";
import { Backoff, WAIT_MAX_MS } from "../src/backoff";

describe("waits between two attempts", () => {
  test.each([
    { random: 1, waits: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] },
    { random: 0.5, waits: [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000] },
    { random: 0, waits: [0, 0, 0, 0, 0, 0, 0] },
  ])("grow to a bound, and are anything up to it ($random)", ({ random, waits }) => {
    const backoff = new Backoff(() => random);
    expect(waits.map(() => backoff.next())).toEqual(waits);
  });

  test("start again on the base that the server asks for", () => {
    const backoff = new Backoff(() => 1);
    for (let n = 0; n < 50; n += 1) expect(backoff.next()).toBeLessThanOrEqual(WAIT_MAX_MS);
    backoff.reset(250);
    expect([backoff.next(), backoff.next()]).toEqual([250, 500]);
    backoff.reset(10 * WAIT_MAX_MS);
    expect(backoff.next()).toBe(WAIT_MAX_MS);
    backoff.reset();
    expect(backoff.next()).toBe(WAIT_MAX_MS);
  });
});
