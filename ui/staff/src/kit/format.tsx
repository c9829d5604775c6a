import { useSyncExternalStore } from "react";
import { now, seconds } from "./clock";
import { useReadable } from "./useReadable";
import { kept } from "./value";

/** The language of dates and numbers; empty: the browser's. Texts are English. */
export const formatLocale = kept("linger-formats", "");

export const FORMAT_LOCALES = [
  { value: "", label: "As the browser" },
  { value: "en-GB", label: "English (UK)" },
  { value: "en-US", label: "English (US)" },
  { value: "de-DE", label: "Deutsch" },
  { value: "fr-FR", label: "Français" },
  { value: "es-ES", label: "Español" },
  { value: "pt-BR", label: "Português (Brasil)" },
  { value: "it-IT", label: "Italiano" },
  { value: "nl-NL", label: "Nederlands" },
  { value: "pl-PL", label: "Polski" },
  { value: "ja-JP", label: "日本語" },
];

const cache = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = formatLocale.get();
  const key = `d${locale}${JSON.stringify(options)}`;
  let made = cache.get(key) as Intl.DateTimeFormat | undefined;
  if (!made) {
    made = new Intl.DateTimeFormat(locale || undefined, options);
    cache.set(key, made);
  }
  return made;
}

/** 14:05 */
export const formatTime = (at: number) => dates({ hour: "2-digit", minute: "2-digit" }).format(at);

/** 3 Nov 2026, 14:05 */
export const formatDateTime = (at: number) =>
  dates({ dateStyle: "medium", timeStyle: "short" }).format(at);

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** Today, Yesterday, Tuesday, 3 November, or 3 November 2025. */
export function formatDay(at: number, today: number = now()): string {
  const days = Math.round((startOfDay(today) - startOfDay(at)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return dates({ weekday: "long" }).format(at);
  const year =
    new Date(at).getFullYear() === new Date(today).getFullYear() ? undefined : ("numeric" as const);
  return dates({ day: "numeric", month: "long", year }).format(at);
}

/** For lists: the time today, the weekday this week, else the date. */
export function formatShort(at: number, today: number = now()): string {
  const days = Math.round((startOfDay(today) - startOfDay(at)) / 86_400_000);
  if (days === 0) return formatTime(at);
  if (days > 0 && days < 7) return dates({ weekday: "short" }).format(at);
  return dates({ day: "numeric", month: "short" }).format(at);
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  const locale = formatLocale.get();
  const key = `n${locale}${JSON.stringify(options)}`;
  let made = cache.get(key) as Intl.NumberFormat | undefined;
  if (!made) {
    made = new Intl.NumberFormat(locale || undefined, options);
    cache.set(key, made);
  }
  return made.format(value);
}

/** 8 s, 4 min, 1 h 05 min, 3 d 2 h: at most two units, so that it changes seldom. */
export function formatDuration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return `${h} h ${String(min % 60).padStart(2, "0")} min`;
  const d = Math.floor(h / 24);
  return d < 7 ? `${d} d ${h % 24} h` : `${d} d`;
}

/** 1:05, 12:00: for what runs down. */
export function formatCountdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** How long since `since`, running; renders only when the text changes. */
export function Elapsed({ since }: { since: number }) {
  const text = useSyncExternalStore(seconds.subscribe, () => formatDuration(now() - since));
  return <>{text}</>;
}

/** How long until `until`, running. */
export function Countdown({ until }: { until: number }) {
  const text = useSyncExternalStore(seconds.subscribe, () => formatCountdown(until - now()));
  return <>{text}</>;
}

/** Renders again each second: for rings and bars. */
export function useSeconds(): number {
  return useReadable(seconds);
}

/** Renders again when the language of formats changes; the shell uses it once. */
export function useFormatLocale(): string {
  return useReadable(formatLocale);
}
