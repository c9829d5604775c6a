import type { Texts } from "../types";

/** Languages in which people often write; any other tag can be typed. */
const COMMON = [
  "en",
  "de",
  "es",
  "fr",
  "gl",
  "pt",
  "pt-BR",
  "it",
  "nl",
  "pl",
  "ca",
  "eu",
  "sv",
  "da",
  "nb",
  "fi",
  "cs",
  "el",
  "hu",
  "ro",
  "tr",
  "uk",
  "ru",
  "ar",
  "he",
  "hi",
  "ja",
  "ko",
  "zh",
  "zh-TW",
  "vi",
  "id",
];

let names: Intl.DisplayNames | null = null;
try {
  names = new Intl.DisplayNames(["en"], { type: "language" });
} catch {
  // Tags are shown as they are.
}

/** `Spanish (es)`; `Every other language` for `*`. */
export function languageName(tag: string): string {
  if (tag === "*") return "Every other language";
  try {
    const name = names?.of(tag);
    return name && name !== tag ? `${name} (${tag})` : tag;
  } catch {
    return tag;
  }
}

export const LANGUAGES = COMMON.map((value) => ({ value, label: languageName(value) }));

/** What is written, by language; the languages first and every other last. */
export function readTexts(texts: Texts | undefined): [tag: string, text: string][] {
  if (texts === undefined) return [];
  if (typeof texts === "string") return [["*", texts]];
  return Object.entries(texts).sort(([a], [b]) =>
    a === "*" ? 1 : b === "*" ? -1 : a < b ? -1 : 1,
  );
}

/** As the file writes it: one text alone, a table by language, or nothing. */
export function writeTexts(rows: readonly [string, string][]): Texts | undefined {
  const first = rows[0];
  if (!first) return undefined;
  if (rows.length === 1 && first[0] === "*") return first[1];
  return Object.fromEntries(rows);
}

/** The text that somebody of this language reads. */
export function textFor(texts: Texts | undefined, locale: string): string {
  const rows = new Map(readTexts(texts));
  const base = locale.split("-")[0] ?? locale;
  return rows.get(locale) ?? rows.get(base) ?? rows.get("*") ?? [...rows.values()][0] ?? "";
}

/** A language tag as people type it, or null. */
export function asTag(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text.trim())[0] ?? null;
  } catch {
    return null;
  }
}
