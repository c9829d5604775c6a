import { describe, expect, it } from "vitest";
import {
  another,
  drawn,
  readSpans,
  readTime,
  resized,
  roomAt,
  shifted,
  tidy,
  total,
  writeSpans,
} from "../../src/console/hours/week";

const h = (hour: number) => hour * 60;
const day = [
  { from: h(9), to: h(13) },
  { from: h(15), to: h(18) },
];

describe("the week", () => {
  it("reads and writes spans alike", () => {
    const texts = ["09:00-13:30", "15:00-24:00"];
    expect(writeSpans(readSpans(texts))).toEqual(texts);
    expect(readSpans(undefined)).toEqual([]);
  });

  it("reads times as people type them", () => {
    expect(readTime("9")).toBe(h(9));
    expect(readTime(" 9:30 ")).toBe(h(9) + 30);
    expect(readTime("0930")).toBe(h(9) + 30);
    expect(readTime("24:00")).toBe(h(24));
    for (const text of ["", "25", "24:15", "9:60", "noon"]) expect(readTime(text), text).toBeNull();
  });

  it("makes one of spans that touch, and drops the empty ones", () => {
    expect(
      tidy([
        { from: h(12), to: h(14) },
        { from: h(9), to: h(12) },
        { from: h(20), to: h(20) },
      ]),
    ).toEqual([{ from: h(9), to: h(14) }]);
  });

  it("draws only where there is room", () => {
    expect(roomAt(day, h(10))).toBeNull();
    const room = roomAt(day, h(14));
    expect(room).toEqual({ from: h(13), to: h(15) });
    expect(room && drawn(room, h(14), h(20))).toEqual({ from: h(14), to: h(15) });
    expect(room && drawn(room, h(14) + 40, h(13) + 20)).toEqual({
      from: h(13) + 15,
      to: h(14) + 45,
    });
    expect(room && drawn(room, h(14), h(14) + 3)).toBeNull();
  });

  it("moves a span up to its neighbours and keeps its length", () => {
    expect(shifted(day, 0, h(5))[0]).toEqual({ from: h(11), to: h(15) });
    expect(shifted(day, 1, h(10))[1]).toEqual({ from: h(21), to: h(24) });
    expect(shifted(day, 0, -h(20))[0]).toEqual({ from: 0, to: h(4) });
  });

  it("resizes a span, which never vanishes", () => {
    expect(resized(day, 0, "to", h(16))[0]).toEqual({ from: h(9), to: h(15) });
    expect(resized(day, 1, "from", h(23))[1]).toEqual({ from: h(18) - 15, to: h(18) });
    expect(resized(day, 0, "from", -30)[0]).toEqual({ from: 0, to: h(13) });
  });

  it("finds a place for another span", () => {
    expect(another([])).toEqual({ from: h(9), to: h(17) });
    expect(another(day)).toEqual({ from: h(19), to: h(21) });
    expect(another([{ from: 0, to: h(24) }])).toBeNull();
  });

  it("adds up", () => {
    expect(total([day, [{ from: h(9), to: h(9) + 30 }]])).toBe("7 h 30 min");
  });
});
