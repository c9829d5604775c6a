/** What pages cost, by the browser's own account. */

import type { Page } from "@playwright/test";

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
