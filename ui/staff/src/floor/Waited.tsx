import { useSyncExternalStore } from "react";
import { formatDuration, now } from "../kit";
import { seconds } from "../kit/clock";

/** 0:07, 12:30: seconds count below an hour. */
export function formatWait(ms: number): string {
  if (ms >= 3_600_000) return formatDuration(ms);
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** How long somebody has been waiting, running. */
export function Waited({ since }: { since: number }) {
  const text = useSyncExternalStore(seconds.subscribe, () => formatWait(now() - since));
  return <>{text}</>;
}
