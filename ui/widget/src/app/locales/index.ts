/** Which language the app speaks, and how it writes dates in it. */

import { signal } from "@preact/signals";
import { directionOf } from "../../shared/direction";
import { en, type Messages } from "./en";

/** One chunk each, fetched when it is needed. */
const catalogues: Record<string, () => Promise<{ messages: Messages }>> = {
  de: () => import("./de"),
  es: () => import("./es"),
  fr: () => import("./fr"),
  gl: () => import("./gl"),
  pt: () => import("./pt"),
};

export const LANGUAGES = ["en", ...Object.keys(catalogues)];

interface Language {
  tag: string;
  messages: Messages;
  dates: Dates;
}

interface Dates {
  time(at: number): string;
  day(at: number, now?: number): string;
  date(at: number): string;
  /** For "we are back …": the weekday and the time, with the date when it is further away. */
  opening(at: number, now?: number): string;
  /** The same without any word before it, for texts of the company. */
  moment(at: number): string;
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

export function datesOf(tag: string, words: Messages): Dates {
  const format = (options: Intl.DateTimeFormatOptions) => {
    try {
      return new Intl.DateTimeFormat(tag, options);
    } catch {
      return new Intl.DateTimeFormat("en", options);
    }
  };
  const time = format({ hour: "2-digit", minute: "2-digit" });
  const date = format({ day: "numeric", month: "long" });
  const year = format({ day: "numeric", month: "long", year: "numeric" });
  const weekday = format({ weekday: "long", day: "numeric", month: "long" });
  const weekdayOnly = format({ weekday: "long" });
  const moment = format({
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
  const sameYear = (a: number, b: number) =>
    new Date(a).getFullYear() === new Date(b).getFullYear();
  return {
    time: (at) => time.format(at),
    date: (at) => (sameYear(at, Date.now()) ? date : year).format(at),
    day(at, now = Date.now()) {
      // Days that the clock is put forward or back have 23 or 25 hours.
      const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
      if (days === 0) return words.today;
      if (days === 1) return words.yesterday;
      return (days > 1 && days < 7 ? weekday : sameYear(at, now) ? date : year).format(at);
    },
    opening(at, now = Date.now()) {
      const when = time.format(at);
      if (startOfDay(at) === startOfDay(now)) return words.todayAt(when);
      return words.onDayAt((at - now < 6 * 86_400_000 ? weekdayOnly : weekday).format(at), when);
    },
    moment: (at) => moment.format(at),
  };
}

export const language = signal<Language>({ tag: "en", messages: en, dates: datesOf("en", en) });

/** The catalogue's sentences, for what is drawn. */
export const t = () => language.value.messages;

let wanted = "";

export async function speak(tag: string): Promise<void> {
  wanted = tag;
  const base = tag.slice(0, 2).toLowerCase();
  let messages: Messages = en;
  try {
    messages = (await catalogues[base]?.())?.messages ?? en;
  } catch {
    // Without the catalogue English is better than nothing.
  }
  if (wanted !== tag) return;
  // Dates in the language of the sentences they stand in.
  const spoken = messages === en && base !== "en" ? "en" : tag;
  language.value = { tag, messages, dates: datesOf(spoken, messages) };
  const root = document.documentElement;
  root.lang = spoken;
  root.dir = directionOf(tag);
}
