/** Pages and their states, made once for whoever looks at them: axe and the images. */

import { type BrowserContextOptions, expect, type Page } from "@playwright/test";
import type { Host } from "../support/host.ts";
import type { Server } from "../support/server.ts";

export interface Stage {
  server: Server;
  host: Host;
  open: (options?: BrowserContextOptions) => Promise<Page>;
}

/** `over`: something lies over the page, which would close if the window changed its size. */
export type Shown = (name: string, page: Page, over?: "over") => Promise<void>;

export type Scenes = (stage: Stage, shown: Shown) => Promise<void>;

/** Without movement, so that what is looked at stands still. */
export const calm: BrowserContextOptions = { reducedMotion: "reduce" };

/** Waits until nothing moves any more in any frame. */
export async function still(page: Page): Promise<void> {
  for (const frame of page.frames())
    await frame
      .evaluate(async () => {
        const ends = document
          .getAnimations()
          .filter(
            (each) =>
              each.playState === "running" &&
              each.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY,
          )
          .map((each) => each.finished.catch(() => {}));
        // One that is held up by its page ends never.
        const enough = new Promise((resolve) => setTimeout(resolve, 2_000));
        await Promise.race([Promise.all(ends), enough]);
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      })
      // A frame that is not there any more does not move.
      .catch(() => {});
}

export async function accepted(stage: Stage, conversation: string, agent = "anna"): Promise<void> {
  const api = stage.server.agent(agent);
  await expect
    .poll(async () => (await stage.server.supervisor.view(conversation)).agent)
    .toBe(agent);
  await api.act(conversation, "accept");
}
