/** The desk of an agent, from the sign-in to the end of a conversation. */

import { expect } from "@playwright/test";
import { Desk, signIn } from "../pages/desk.ts";
import { calm, type Scenes } from "./scene.ts";

export const deskScenes: Scenes = async ({ server, open }, shown) => {
  await server.admin.configure("quick_replies", "thanks", {
    title: "Thanks",
    text: "Thank you, {ctx.name}. Is there anything else?",
  });
  await server.admin.configure("quick_replies", "parcel", {
    title: "Where is the parcel",
    text: "Parcels need two to three days. You find yours at https://parcels.example.com.",
  });
  const customer = (id: string, name: string, text: string) =>
    server.customer(id).start("support", text, { name, order: "4711" });

  const page = await open(calm);
  await page.goto(`${server.url}/desk`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await shown("desk-sign-in", page);
  await signIn(page, "anna", "not the password");
  await expect(page.getByRole("alert")).toBeVisible();
  await shown("desk-sign-in-refused", page);
  await page.getByLabel("Password", { exact: true }).fill(server.password("anna"));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();

  const anna = new Desk(page);
  await expect(anna.presence).toBeEnabled();
  await shown("desk-empty", page);
  await anna.presence.click();
  await expect(page.getByRole("menu")).toBeVisible();
  await shown("desk-presence", page, "over");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await anna.setPresence("Available");

  const maria = await customer("maria-lopez", "Maria López", "My order 4711 has not come yet.");
  await expect(anna.offer("Maria López")).toBeVisible();
  await shown("desk-offer", page);
  await anna.accept("Maria López");
  const says = (text: string) => server.customer("maria-lopez").say(maria.id, text);
  await says("It was to be here on Friday.");
  await anna.say("Good morning Maria, I am looking for it.");
  await says("Thank you!");
  await server.agent("anna").act(maria.id, "notes", {
    client_id: crypto.randomUUID(),
    text: "Third parcel of hers that is late. Offer the shipping costs back.",
  });
  await server.agent("anna").act(maria.id, "tags", { add: ["parcel", "late"] });
  for (const [id, name, text] of [
    ["joao-ferreira", "João Ferreira", "O jarro vai ao forno?"],
    ["nora-blanco", "Nora Blanco", "Do you ship to Iceland?"],
  ] as const) {
    await customer(id, name, text);
    await anna.accept(name);
  }
  await anna.select("Maria López");
  await anna.expectOnce("Thank you!");
  await shown("desk-thread", page);

  await anna.reply.press("/");
  await expect(page.getByRole("listbox", { name: "Quick replies" })).toBeVisible();
  await shown("desk-quick-replies", page, "over");
  await page.keyboard.press("Escape");
  await anna.reply.fill("");
  await page.keyboard.press("Alt+KeyN");
  await page.getByRole("textbox", { name: "Private note" }).fill("She is at home until six.");
  await shown("desk-note", page);
  await page.getByRole("textbox", { name: "Private note" }).fill("");
  await page.keyboard.press("Alt+KeyN");

  await anna.log.focus();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Commands" })).toBeVisible();
  await shown("desk-palette", page, "over");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  for (const [button, name] of [
    ["Transfer", "desk-transfer"],
    ["Consult", "desk-consult"],
    ["End", "desk-end"],
  ] as const) {
    await anna.action(button).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await shown(name, page, "over");
    await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await anna.log.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await shown("desk-shortcuts", page, "over");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  const account = page.getByRole("button", { name: /^Account of/ });
  for (const item of ["Password…", "Second factor…", "Sessions…", "Appearance and formats…"]) {
    await account.click();
    await page.getByRole("menuitem", { name: item }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await shown(`account-${item.split(" ")[0]?.replace("…", "").toLowerCase()}`, page, "over");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }

  await anna.end();
  await expect(anna.action("Finish")).toBeVisible();
  await shown("desk-wrap-up", page);
  await anna.action("Finish").click();
  await anna.select("João Ferreira");
  await anna.action("Park").click();
  await anna.show("Waiting");
  await anna.select("João Ferreira");
  await shown("desk-parked", page);
  await page.context().setOffline(true);
  await expect(anna.connectionLine).toBeVisible();
  await shown("desk-no-connection", page);
  await page.context().setOffline(false);
  await expect(anna.connectionLine).toHaveCount(0);
};
