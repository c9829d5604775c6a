/** Every section of the console, the first object of each, and a new one. */

import { expect } from "@playwright/test";
import { signIn } from "../pages/desk.ts";
import { makeWidgets, night } from "../support/company.ts";
import { calm, type Scenes } from "./scene.ts";

/** What has a list of objects, each with an editor. */
const KINDS = [
  "Workstreams",
  "Queues",
  "Hours",
  "Quick replies",
  "Widgets",
  "Authentication",
  "Agents",
];

export const consoleScenes: Scenes = async ({ server, open }, shown) => {
  await makeWidgets(server);
  await night(server, "sales");
  await server.admin.configure("quick_replies", "thanks", {
    title: "Thanks",
    text: { en: "Thank you, {ctx.name}.", "*": "Gracias, {ctx.name}." },
  });
  const page = await open(calm);
  await page.goto(`${server.url}/admin`);
  await signIn(page, "olga", server.password("olga"));
  const sections = page.getByRole("navigation", { name: "Sections" });
  await expect(sections).toBeVisible();
  const names = (await sections.getByRole("link").allInnerTexts()).map((name) => name.trim());
  expect(names).toEqual(expect.arrayContaining(KINDS));
  for (const name of names) {
    const file = name.toLowerCase().replaceAll(" ", "-");
    await sections.getByRole("link", { name, exact: true }).click();
    const main = page.getByRole("main");
    await expect(main.getByRole("heading").first()).toBeVisible();
    await expect(main.getByRole("status").filter({ hasText: /…$/ })).toHaveCount(0);
    await shown(`console-${file}`, page);
    if (!KINDS.includes(name)) continue;
    await main.getByRole("table", { name }).getByRole("link").first().click();
    await expect(main.getByRole("textbox").first()).toBeVisible();
    await shown(`console-${file}-edit`, page);
    await sections.getByRole("link", { name, exact: true }).click();
  }
};
