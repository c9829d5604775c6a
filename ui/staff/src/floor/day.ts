import type { Statistics, StatisticsCounts } from "@linger/sdk";

/** One step of time, of the workstreams that were asked for. */
export interface Point {
  at: number;
  started: number;
  returned: number;
  handled: number;
  ended: number;
  closed: number;
  /** Minutes until an agent took it, on average; null where nobody took any. */
  wait: number | null;
  /** How many waited at the end; null where nobody looked. */
  waiting: number | null;
}

export type Range = "today" | "yesterday" | "week";

/** What is asked of the server: days begin where the reader is. */
export function queryOf(range: Range, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const day = (back: number) => {
    const date = new Date(midnight);
    date.setDate(date.getDate() - back);
    return date.getTime();
  };
  const [since, until, step] =
    range === "today"
      ? [midnight, now, "1h"]
      : range === "yesterday"
        ? [day(1), midnight, "1h"]
        : [day(6), now, "1d"];
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = new URLSearchParams({ since: String(since), until: String(until), step });
  if (zone) query.set("time_zone", zone);
  return query.toString();
}

const sum = (all: StatisticsCounts[], field: Exclude<keyof StatisticsCounts, "waiting_end">) =>
  all.reduce((total, each) => total + each[field], 0);

/** The figures of one workstream, or of all of them together. */
export function pointsOf(statistics: Statistics, workstream: string | null): Point[] {
  return statistics.buckets.map(({ at, workstreams }) => {
    const all = Object.entries(workstreams)
      .filter(([id]) => workstream === null || id === workstream)
      .map(([, counts]) => counts);
    const assigned = sum(all, "assigned");
    const waiting = all.map((each) => each.waiting_end).filter((each) => each !== undefined);
    return {
      at,
      started: sum(all, "started"),
      returned: sum(all, "returned"),
      handled: assigned,
      ended: sum(all, "ended"),
      closed: sum(all, "closed"),
      wait:
        assigned === 0 ? null : Math.round((sum(all, "wait_ms_sum") / assigned / 60_000) * 10) / 10,
      waiting: waiting.length === 0 ? null : waiting.reduce((total, each) => total + each, 0),
    };
  });
}
