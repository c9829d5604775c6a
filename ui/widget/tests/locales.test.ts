import { expect, test } from "vitest";
import { datesOf, LANGUAGES } from "../src/app/locales";
import { messages as de } from "../src/app/locales/de";
import { en, type Messages } from "../src/app/locales/en";
import { messages as es } from "../src/app/locales/es";
import { messages as fr } from "../src/app/locales/fr";
import { messages as gl } from "../src/app/locales/gl";
import { messages as pt } from "../src/app/locales/pt";
import { textsOf } from "../src/loader/texts";
import { directionOf } from "../src/shared/direction";

const all: Record<string, Messages> = { en, de, es, fr, gl, pt };

test("every language is there", () => {
  expect([...LANGUAGES].sort()).toEqual(Object.keys(all).sort());
});

/** What is written alike in several languages. */
const SAME = new Set(["dialog", "emoji", "sound", "log", "more", "team"]);

test.each(Object.entries(all))("%s says everything", (tag, messages) => {
  expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
  for (const [key, value] of Object.entries(messages)) {
    if (key === "calendar") continue;
    const english = en[key as keyof Messages];
    expect(typeof value, key).toBe(typeof english);
    const said = (of: unknown, n: unknown) =>
      typeof of === "function" ? (of as (...x: unknown[]) => string)(n, "12:30") : (of as string);
    for (const n of [0, 1, 2, 17]) {
      expect(said(value, n).trim(), key).not.toBe("");
      expect(said(value, n), key).not.toMatch(/undefined|NaN|\{/);
    }
    // What a sentence is told stands in it, except where one is written as a word.
    if (typeof value === "function") expect(said(value, 17), key).toContain("17");
    if (tag !== "en" && !SAME.has(key)) expect(said(value, 17), key).not.toBe(said(english, 17));
  }
});

test("the launcher speaks the same languages", () => {
  for (const tag of LANGUAGES) {
    const texts = textsOf(`${tag}-XX`);
    for (const text of Object.values(texts)) expect(text).not.toBe("");
    if (tag !== "en") expect(texts.open).not.toBe(textsOf("en").open);
  }
  expect(textsOf("xx")).toBe(textsOf("en"));
});

test("days are named as people do", () => {
  const dates = datesOf("en-GB", en);
  const now = new Date(2026, 4, 20, 9).getTime();
  const day = (d: number, h = 23) => new Date(2026, 4, d, h, 30).getTime();
  expect(dates.day(day(20, 1), now)).toBe("Today");
  expect(dates.day(day(19), now)).toBe("Yesterday");
  expect(dates.day(day(15), now)).toBe("Friday 15 May");
  expect(dates.day(day(3), now)).toBe("3 May");
  expect(dates.day(new Date(2025, 4, 3).getTime(), now)).toBe("3 May 2025");
  expect(dates.opening(new Date(2026, 4, 20, 14).getTime(), now)).toBe("today at 14:00");
  expect(dates.opening(new Date(2026, 4, 21, 9).getTime(), now)).toBe("on Thursday at 09:00");
});

test("a language that the browser does not know has its own names", () => {
  const dates = datesOf("gl", gl, false);
  const now = new Date(2026, 10, 23, 9).getTime();
  expect(dates.day(new Date(2026, 10, 20).getTime(), now)).toBe("venres, 20 de novembro");
  expect(dates.day(new Date(2025, 0, 3).getTime(), now)).toBe("3 de xaneiro de 2025");
  expect(dates.opening(new Date(2026, 10, 24, 9).getTime(), now)).toBe("o martes ás 09:00");
});

test("an unknown language has dates nevertheless", () => {
  expect(datesOf("not a tag", en).time(0)).toMatch(/\d/);
});

test.each([
  ["ar", "rtl"],
  ["he-IL", "rtl"],
  ["fa", "rtl"],
  ["arn", "ltr"],
  ["en", "ltr"],
])("%s is written %s", (tag, direction) => {
  expect(directionOf(tag)).toBe(direction);
});
