import { describe, expect, it } from "vitest";
import { parseDuration, sayDuration, splitDuration } from "../../src/console/parts/durations";

describe("durations", () => {
  it("reads what the company file writes", () => {
    expect(parseDuration("15min")).toBe(900_000);
    expect(parseDuration("1h 30min")).toBe(5_400_000);
    expect(parseDuration("1h30min")).toBe(5_400_000);
    expect(parseDuration("28d")).toBe(28 * 86_400_000);
    expect(parseDuration("250ms")).toBe(250);
  });

  it("refuses what is none", () => {
    for (const text of ["", "15", "min", "1 week", "-1s", "1h x", "1.5h"]) {
      expect(parseDuration(text), text).toBeNull();
    }
  });

  it("splits into the largest unit without a rest", () => {
    expect(splitDuration("120s", ["s", "min"])).toEqual({ n: 2, unit: "min" });
    expect(splitDuration("90s", ["s", "min"])).toEqual({ n: 90, unit: "s" });
    expect(splitDuration("1h 30min", ["min", "h"])).toEqual({ n: 90, unit: "min" });
    expect(splitDuration("48h", ["min", "h"])).toEqual({ n: 48, unit: "h" });
  });

  it("shows a value exactly, though its unit is not offered", () => {
    expect(splitDuration("90s", ["min", "h"])).toEqual({ n: 90, unit: "s" });
    expect(splitDuration("nonsense", ["min"])).toBeNull();
  });

  it("says it in words", () => {
    expect(sayDuration("1h 30min")).toBe("1 hour 30 minutes");
    expect(sayDuration("0s")).toBe("0 seconds");
  });
});
