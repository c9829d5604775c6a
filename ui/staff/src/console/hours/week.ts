/** Opening hours of a day as minutes since midnight; `to` is at most 1440, the end of the day. */
export interface Span {
  from: number;
  to: number;
}

export const DAY = 24 * 60;
/** What bars snap to. */
export const STEP = 15;

const two = (n: number) => String(n).padStart(2, "0");

/** 90 → `01:30`; 1440 → `24:00`. */
export const showTime = (minute: number) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

export const showSpan = (span: Span) => `${showTime(span.from)}-${showTime(span.to)}`;

/** `9`, `9:30`, `0930`, `24:00`; null for what is no time. */
export function readTime(text: string): number | null {
  const found = /^\s*(\d{1,2})(?:[:.h]?(\d{2}))?\s*$/.exec(text);
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minute <= DAY ? minute : null;
}

/** What the file says; a text that is no span is left to the server and dropped here. */
export function readSpans(texts: readonly string[] | undefined): Span[] {
  return (texts ?? []).flatMap((text) => {
    const [from, to] = text.split("-").map((each) => readTime(each));
    return typeof from === "number" && typeof to === "number" ? [{ from, to }] : [];
  });
}

export const writeSpans = (spans: readonly Span[]) => spans.map(showSpan);

export const snap = (minute: number) =>
  Math.max(0, Math.min(DAY, Math.round(minute / STEP) * STEP));

/** Sorted, without those of no length, and those that touch made one. */
export function tidy(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((each) => each.to > each.from).sort((a, b) => a.from - b.from);
  const out: Span[] = [];
  for (const each of sorted) {
    const last = out[out.length - 1];
    if (last && each.from <= last.to) last.to = Math.max(last.to, each.to);
    else out.push({ ...each });
  }
  return out;
}

/** The free room around a minute: between the spans before and after it; null inside of one. */
export function roomAt(spans: readonly Span[], minute: number): Span | null {
  let from = 0;
  let to = DAY;
  for (const each of spans) {
    if (minute >= each.from && minute < each.to) return null;
    if (each.to <= minute) from = Math.max(from, each.to);
    else to = Math.min(to, each.from);
  }
  return { from, to };
}

/** Between which minutes a span may be, not to touch the others. */
function limits(spans: readonly Span[], index: number): Span {
  const own = spans[index];
  if (!own) return { from: 0, to: DAY };
  const others = spans.filter((_, n) => n !== index);
  return {
    from: Math.max(0, ...others.filter((each) => each.to <= own.from).map((each) => each.to)),
    to: Math.min(DAY, ...others.filter((each) => each.from >= own.to).map((each) => each.from)),
  };
}

/** A span drawn from one minute to another, inside the room where it began. */
export function drawn(room: Span, start: number, end: number): Span | null {
  const from = Math.max(room.from, snap(Math.min(start, end)));
  const to = Math.min(room.to, snap(Math.max(start, end)));
  return to > from ? { from, to } : null;
}

/** The whole span moved; it stops at its neighbours and at midnight. */
export function shifted(spans: readonly Span[], index: number, by: number): Span[] {
  const own = spans[index];
  if (!own) return [...spans];
  const room = limits(spans, index);
  const length = own.to - own.from;
  const from = Math.max(room.from, Math.min(room.to - length, snap(own.from + by)));
  return spans.map((each, n) => (n === index ? { from, to: from + length } : each));
}

/** One end of a span moved; it keeps a length of at least one step. */
export function resized(
  spans: readonly Span[],
  index: number,
  edge: "from" | "to",
  minute: number,
): Span[] {
  const own = spans[index];
  if (!own) return [...spans];
  const room = limits(spans, index);
  const at = snap(minute);
  const next =
    edge === "from"
      ? { ...own, from: Math.max(room.from, Math.min(own.to - STEP, at)) }
      : { ...own, to: Math.min(room.to, Math.max(own.from + STEP, at)) };
  return spans.map((each, n) => (n === index ? next : each));
}

/** Where another span would be added: after the last one, else a working day. */
export function another(spans: readonly Span[]): Span | null {
  if (spans.length === 0) return { from: 9 * 60, to: 17 * 60 };
  const end = Math.max(...spans.map((each) => each.to));
  if (end + 60 <= DAY) {
    const from = Math.min(end + 60, DAY - 60);
    return { from, to: Math.min(DAY, from + 120) };
  }
  const start = Math.min(...spans.map((each) => each.from));
  return start >= 120 ? { from: Math.max(0, start - 240), to: start - 60 } : null;
}

/** `48 h`, `7 h 30 min`: how long it is open in all. */
export function total(days: readonly (readonly Span[])[]): string {
  const minutes = days.flat().reduce((sum, each) => sum + Math.max(0, each.to - each.from), 0);
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
