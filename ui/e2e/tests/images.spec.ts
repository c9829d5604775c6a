/** Pictures of every page for the manual: `IMAGES=1 npm run e2e -- images`. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { consoleScenes } from "../scenes/console.ts";
import { deskScenes } from "../scenes/desk.ts";
import { floorScenes } from "../scenes/floor.ts";
import { type Scenes, still } from "../scenes/scene.ts";
import { shopScenes, widgetScenes } from "../scenes/widget.ts";
import { UNREACHABLE } from "../support/guard.ts";
import { test, useServer } from "../support/test.ts";

test.skip(!process.env.IMAGES, "pictures are made when IMAGES=1 asks for them");

const { server, host } = useServer();
const folder = process.env.IMAGES_DIR ?? join(import.meta.dirname, "../../../docs/images");

const SIZES = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
};

const pages: [string, Scenes][] = [
  ["the shop", shopScenes],
  ["the widget", widgetScenes],
  ["the desk", deskScenes],
  ["the floor", floorScenes],
  ["the console", consoleScenes],
];
for (const [name, scenes] of pages)
  test(`pictures of ${name}`, async ({ open, guard }) => {
    test.setTimeout(300_000);
    guard.allow(...UNREACHABLE, /auth\/sign-in/);
    mkdirSync(folder, { recursive: true });
    await scenes({ server, host, open }, async (scene, page, over) => {
      for (const [size, viewport] of Object.entries(SIZES)) {
        if (over && size !== "desktop") continue;
        if (!over) await page.setViewportSize(viewport);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await still(page);
          const path = join(folder, `${scene}-${size}-${colorScheme}.png`);
          await page.screenshot({ path, animations: "disabled", caret: "hide" });
        }
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize(SIZES.desktop);
      await still(page);
    });
  });
