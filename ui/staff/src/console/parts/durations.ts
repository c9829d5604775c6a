/** Durations as the company file writes them: `28d`, `15min`, `1h 30min`. */

export type Unit = "ms" | "s" | "min" | "h" | "d";

const UNITS: [Unit, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

export const MS: Record<Unit, number> = Object.fromEntries(UNITS) as Record<Unit, number>;

export const UNIT_NAMES: Record<Unit, string> = {
  ms: "milliseconds",
  s: "seconds",
  min: "minutes",
  h: "hours",
  d: "days",
};

/** The length in milliseconds; null for what is no duration. */
export function parseDuration(text: string): number | null {
  let rest = text.trim();
  if (rest === "") return null;
  let total = 0;
  while (rest !== "") {
    const found = /^(\d+)\s*([a-z]+)\s*/i.exec(rest);
    const unit = UNITS.find(([name]) => name === found?.[2]);
    if (!found || !unit) return null;
    total += Number(found[1]) * unit[1];
    rest = rest.slice(found[0].length);
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** A number and the largest unit of these that leaves no rest. */
export function splitDuration(
  text: string,
  units: readonly Unit[],
): { n: number; unit: Unit } | null {
  const ms = parseDuration(text);
  if (ms === null) return null;
  for (const [unit, length] of UNITS) {
    if (units.includes(unit) && ms >= length && ms % length === 0) return { n: ms / length, unit };
  }
  // It has a rest in every offered unit: the smallest one that says it exactly.
  const exact = UNITS.find(([, length]) => ms % length === 0);
  return exact ? { n: ms / exact[1], unit: exact[0] } : null;
}

/** `15 minutes`, `1 hour 30 minutes`: for sentences. */
export function sayDuration(text: string): string {
  let ms = parseDuration(text);
  if (ms === null) return text;
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const n = Math.floor(ms / length);
    if (n === 0) continue;
    ms -= n * length;
    const name = UNIT_NAMES[unit];
    parts.push(`${n} ${n === 1 ? name.slice(0, -1) : name}`);
  }
  return parts.join(" ") || "0 seconds";
}
