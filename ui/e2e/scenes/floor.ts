/** The supervisor's floor with a few people on it. */

import { expect } from "@playwright/test";
import { signIn } from "../pages/desk.ts";
import { calm, type Scenes } from "./scene.ts";

export const floorScenes: Scenes = async ({ server, open }, shown) => {
  const page = await open(calm);
  await page.goto(`${server.url}/desk/floor`);
  await signIn(page, "carol", server.password("carol"));
  await expect(page.getByRole("heading", { level: 1, name: "Floor" })).toBeVisible();
  await shown("floor-quiet", page);

  await server.agent("anna").presence("available");
  await server.agent("bob").presence("busy");
  const people = [
    ["ines", "Inés Castro", "The bowl came in two pieces."],
    ["hugo", "Hugo Martín", "I would like to change my address."],
    ["sara", "Sara Núñez", "Can I pay in shares?"],
    ["otto", "Otto Weber", "Wann kommt mein Paket?"],
    ["lena", "Lena Vogt", "Is the shop open on Sunday?"],
  ] as const;
  for (const [id, name, text] of people) await server.customer(id).start("support", text, { name });
  await expect(page.getByText("Lena Vogt").first()).toBeVisible();
  await shown("floor", page);
};
