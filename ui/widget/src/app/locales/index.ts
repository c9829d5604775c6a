/** Which language the app speaks, and how it writes dates in it. */

import { signal } from "@preact/signals";
import { directionOf } from "../../shared/direction";
import { type Calendar, en, type Messages } from "./en";

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

/** What the sentences about time are made of. */
interface Parts {
  time(at: number): string;
  date(at: number): string;
  dateOfYear(at: number): string;
  weekday(at: number): string;
  weekdayAndDate(at: number): string;
}

function formatOf(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(tag, options);
  } catch {
    // Not a tag of a language at all.
    return new Intl.DateTimeFormat("en", options);
  }
}

function ofBrowser(tag: string): Parts {
  const format = (options: Intl.DateTimeFormatOptions) => {
    // Made when it is needed: each takes milliseconds.
    let made: Intl.DateTimeFormat | undefined;
    return (at: number) => {
      made ??= formatOf(tag, options);
      return made.format(at);
    };
  };
  return {
    time: format({ hour: "2-digit", minute: "2-digit" }),
    date: format({ day: "numeric", month: "long" }),
    dateOfYear: format({ day: "numeric", month: "long", year: "numeric" }),
    weekday: format({ weekday: "long" }),
    weekdayAndDate: format({ weekday: "long", day: "numeric", month: "long" }),
  };
}

/** For a language that the browser has no names of. */
function ofCalendar({ months, weekdays, day }: Calendar): Parts {
  const { time } = ofBrowser("es");
  const date = (at: number) => {
    const then = new Date(at);
    return day(then.getDate(), months[then.getMonth()] ?? "");
  };
  const weekday = (at: number) => weekdays[new Date(at).getDay()] ?? "";
  return {
    time,
    date,
    dateOfYear: (at) =>
      day(
        new Date(at).getDate(),
        `${months[new Date(at).getMonth()]} ${new Date(at).getFullYear()}`,
      ),
    weekday,
    weekdayAndDate: (at) => `${weekday(at)}, ${date(at)}`,
  };
}

function knows(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

// Asking the browser takes long, so only what has names of its own is asked about.
export function datesOf(
  tag: string,
  words: Messages,
  known = words.calendar === null || knows(tag),
): Dates {
  const parts = !known && words.calendar ? ofCalendar(words.calendar) : ofBrowser(tag);
  const sameYear = (a: number, b: number) =>
    new Date(a).getFullYear() === new Date(b).getFullYear();
  return {
    time: parts.time,
    date: (at) => (sameYear(at, Date.now()) ? parts.date : parts.dateOfYear)(at),
    day(at, now = Date.now()) {
      // Days that the clock is put forward or back have 23 or 25 hours.
      const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
      if (days === 0) return words.today;
      if (days === 1) return words.yesterday;
      if (days > 1 && days < 7) return parts.weekdayAndDate(at);
      return (sameYear(at, now) ? parts.date : parts.dateOfYear)(at);
    },
    opening(at, now = Date.now()) {
      const time = parts.time(at);
      if (startOfDay(at) === startOfDay(now)) return words.todayAt(time);
      const soon = at - now < 6 * 86_400_000;
      return words.onDayAt((soon ? parts.weekday : parts.weekdayAndDate)(at), time);
    },
    moment: (at) => `${parts.weekdayAndDate(at)}, ${parts.time(at)}`,
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
