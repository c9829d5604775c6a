/** What pages cost, by the browser's own account. */

import type { Page, TestInfo } from "@playwright/test";

/** Milliseconds of script that a page (and its frames of the same site) took for something. */
export async function scriptTime(page: Page, work: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((metric) => metric.name === "ScriptDuration")?.value ?? 0;
  };
  const before = await read();
  await work();
  const after = await read();
  await session.detach();
  return Math.round((after - before) * 1000);
}

/**
 * How many times longer things take than they would if the machine did nothing else: the time that
 * a busy loop takes by the clock, in that which it had of a core. Bars are multiplied by it.
 */
export function slowness(): number {
  const cpu = process.cpuUsage();
  const start = performance.now();
  while (performance.now() - start < 200);
  const { user, system } = process.cpuUsage(cpu);
  return Math.max(1, (performance.now() - start) / ((user + system) / 1000));
}

export interface Smoothness {
  /** The longest time between two frames, in milliseconds. */
  gap: number;
  frames: number;
  /** Tasks of more than 50 ms, during which a page answers nobody. */
  longTasks: number[];
}

interface Watching {
  smoothness: Smoothness;
  going: boolean;
}

/** How smoothly a page is drawn while something happens. */
export async function smoothness(page: Page, work: () => Promise<unknown>): Promise<Smoothness> {
  await page.evaluate(() => {
    const watching: Watching = { smoothness: { gap: 0, frames: 0, longTasks: [] }, going: true };
    (window as unknown as { watching: Watching }).watching = watching;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        watching.smoothness.longTasks.push(Math.round(duration));
    }).observe({ type: "longtask" });
    let last = performance.now();
    const frame = (now: number) => {
      watching.smoothness.gap = Math.max(watching.smoothness.gap, Math.round(now - last));
      watching.smoothness.frames += 1;
      last = now;
      if (watching.going) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await work();
  return page.evaluate(() => {
    const { watching } = window as unknown as { watching: Watching };
    watching.going = false;
    return watching.smoothness;
  });
}

/** Keeps figures with the test, and says them. */
export function record(info: TestInfo, what: string, figures: object): void {
  const description = JSON.stringify(figures);
  info.annotations.push({ type: what, description });
  console.log(`${what}: ${description}`);
}
