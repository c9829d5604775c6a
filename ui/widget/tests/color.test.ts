import { expect, test } from "vitest";
import { readableOn, themeOf } from "../src/app/model/theme";
import { contrast, INK, on, parseColor, type Rgb, WHITE } from "../src/shared/color";

const accents = [
  "#0a6ebd",
  "#ffffff",
  "#000000",
  "#ffd400",
  "#ff0000",
  "#00ff00",
  "#0000ff",
  "#777777",
  "#808080",
  "#7c3aed",
  "#fefefe",
  "#010101",
];
const rgb = (text: string) => text.match(/\d+/g)?.map(Number) as unknown as Rgb;

test.each([
  ["#fff", [255, 255, 255]],
  ["#0a6ebd", [10, 110, 189]],
  [" #ABC ", [170, 187, 204]],
])("%s is a colour", (text, color) => {
  expect(parseColor(text)).toEqual(color);
});

test.each([
  [undefined],
  [""],
  ["red"],
  ["#12"],
  ["#12345"],
  ["#1234567"],
  ["url(#x)"],
  ["#fff;color:red"],
])("%s is none", (text) => {
  expect(parseColor(text)).toBeNull();
});

test("contrast is what WCAG says", () => {
  expect(contrast(WHITE, [0, 0, 0])).toBeCloseTo(21, 5);
  expect(contrast(WHITE, [118, 118, 118])).toBeCloseTo(4.54, 2);
  expect(contrast(WHITE, WHITE)).toBe(1);
});

test("words on the accent can be read, whatever the accent", () => {
  for (let n = 0; n < 4096; n += 1) {
    const color: Rgb = [(n >> 8) * 17, ((n >> 4) & 15) * 17, (n & 15) * 17];
    expect(contrast(color, on(color))).toBeGreaterThanOrEqual(4.5);
  }
});

test.each(accents)("words in the colour of %s can be read on both grounds", (accent) => {
  const theme = themeOf(accent);
  for (const ground of [WHITE, [240, 242, 245]] as Rgb[])
    expect(contrast(rgb(theme.textLight), ground)).toBeGreaterThanOrEqual(4.5);
  for (const ground of [
    [21, 24, 30],
    [38, 43, 52],
  ] as Rgb[])
    expect(contrast(rgb(theme.textDark), ground)).toBeGreaterThanOrEqual(4.5);
});

test("a colour that can be read stays as it is", () => {
  expect(readableOn([10, 80, 150], WHITE)).toEqual([10, 80, 150]);
  expect(on([10, 110, 189])).toBe(WHITE);
  expect(on([255, 212, 0])).toBe(INK);
});
