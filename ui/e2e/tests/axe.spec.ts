import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { consoleScenes } from "../scenes/console.ts";
import { deskScenes } from "../scenes/desk.ts";
import { floorScenes } from "../scenes/floor.ts";
import { type Scenes, still } from "../scenes/scene.ts";
import { shopScenes, widgetScenes } from "../scenes/widget.ts";
import { UNREACHABLE } from "../support/guard.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
test.describe.configure({ mode: "parallel" });

/**
 * Menus, lists and dialogs that lie over a page stand beside its landmarks, in a part of the
 * document of their own; what is behind a dialog is hidden from assistive technology.
 */
const NOT_WHEN_COVERED = ["region", "landmark-unique", "landmark-no-duplicate-banner"];

/** What axe finds on a page: everything in light, colours again in dark. One line for each thing. */
async function violations(name: string, page: Page, covered: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await still(page);
    const axe = new AxeBuilder({ page });
    if (colorScheme === "dark") axe.withRules(["color-contrast"]);
    else if (covered) axe.disableRules(NOT_WHEN_COVERED);
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations)
      for (const { target, html, failureSummary = "" } of nodes)
        found.push(
          `${name} (${colorScheme}) ${id}: ${target.join(" ")}`,
          `    ${html.slice(0, 160)}`,
          `    ${failureSummary.split("\n").slice(1, 3).join(" ").trim()}`,
        );
  }
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}

const pages: [string, Scenes][] = [
  ["the shop", shopScenes],
  ["the widget", widgetScenes],
  ["the desk", deskScenes],
  ["the floor", floorScenes],
  ["the console", consoleScenes],
];
for (const [name, scenes] of pages)
  test(`axe finds nothing in any state of ${name}, light or dark`, async ({
    open,
    guard,
  }, info) => {
    test.setTimeout(240_000);
    guard.allow(...UNREACHABLE, /auth\/sign-in/);
    const found: string[] = [];
    const seen: string[] = [];
    await scenes({ server, host, open }, async (scene, page, over) => {
      seen.push(scene);
      found.push(...(await violations(scene, page, !!over)));
    });
    info.annotations.push({ type: "states", description: seen.join(", ") });
    expect(found.join("\n")).toBe("");
  });
