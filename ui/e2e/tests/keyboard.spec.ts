import type { Locator, Page } from "@playwright/test";
import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets } from "../support/company.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();

/** Goes with Tab until that has the focus. */
async function tabTo(page: Page, target: Locator, most = 60): Promise<void> {
  for (let steps = 0; steps < most; steps += 1) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false))
      return;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}

const isWith = async (id: string, state: string, agent?: string) =>
  expect
    .poll(async () => {
      const view = await server.supervisor.view(id);
      return `${view.state} ${agent ? view.agent : ""}`.trim();
    })
    .toBe(`${state} ${agent ?? ""}`.trim());

test("an hour at the desk goes without the mouse", async ({ open }) => {
  test.setTimeout(120_000);
  await server.admin.configure("quick_replies", "thanks", {
    title: "Thanks",
    text: "Thank you, {ctx.name}.",
  });
  const page = await open();
  const { keyboard } = page;
  const desk = new Desk(page);
  await page.goto(`${server.url}/desk`);
  await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();
  await keyboard.type("anna");
  await keyboard.press("Tab");
  await keyboard.type(server.password("anna"));
  await keyboard.press("Enter");

  await expect(desk.presence).toBeEnabled();
  await tabTo(page, desk.presence);
  await keyboard.press("Enter");
  await expect(page.getByRole("menuitemradio", { name: /^Available/ })).toBeVisible();
  await keyboard.press("ArrowDown");
  await tabToItem(page, /^Available/);
  await keyboard.press("Enter");
  await expect(desk.presence).toHaveAccessibleName("Presence: Available");

  const maria = await server.customer("maria").start("support", "Hello", { name: "Maria" });
  await expect(desk.offer("Maria")).toBeVisible();
  await keyboard.press("Alt+KeyA");
  await isWith(maria.id, "active", "anna");
  await expect(desk.reply).toBeFocused();
  await keyboard.type("Good morning");
  await keyboard.press("Enter");
  await desk.expectDelivery("Good morning", "Sent");

  await keyboard.type("/thank");
  await expect(page.getByRole("option", { name: /Thanks/ })).toBeVisible();
  await keyboard.press("Enter");
  await expect(desk.reply).toHaveValue("Thank you, Maria.");
  await keyboard.press("Enter");
  await desk.expectOnce("Thank you, Maria.");

  await keyboard.press("Alt+KeyN");
  await expect(page.getByRole("textbox", { name: "Private note" })).toBeFocused();
  await keyboard.type("A regular customer");
  await keyboard.press("Enter");
  await expect(desk.details).toContainText("A regular customer");
  await keyboard.press("Alt+KeyN");
  await expect(desk.reply).toBeFocused();

  await tabTo(page, desk.details.getByLabel("Add a tag"));
  await keyboard.type("Regular");
  await keyboard.press("Enter");
  await expect(desk.details.getByRole("button", { name: "Remove the tag regular" })).toBeVisible();

  await keyboard.press("Alt+KeyP");
  await isWith(maria.id, "waiting");
  await keyboard.press("Alt+Digit2");
  await expect(desk.row("Maria")).toBeFocused();
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Maria" })).toBeVisible();
  await keyboard.press("Alt+KeyO");
  await isWith(maria.id, "active", "anna");

  await server.agent("bob").presence("available");
  await expect(desk.action("Transfer")).toBeVisible();
  await keyboard.press("Alt+KeyT");
  const transfer = desk.dialog("Transfer");
  await expect(transfer).toBeVisible();
  await keyboard.type("Bob");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await tabTo(page, transfer.getByRole("textbox", { name: "Reason" }));
  await keyboard.type("He knows the parcels");
  await tabTo(page, transfer.getByRole("button", { name: "Transfer", exact: true }));
  await keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect
    .poll(async () => (await server.agent("bob").view(maria.id)) as { transfer_to?: string })
    .toMatchObject({ transfer_to: "bob" });
  await server.agent("bob").act(maria.id, "reject");
  await isWith(maria.id, "active", "anna");

  await expect(page.getByText(/stays here until they accept/)).toHaveCount(0);
  await keyboard.press("Alt+KeyX");
  const question = desk.dialog(/^End the conversation/);
  await expect(question.getByRole("button", { name: "End" })).toBeFocused();
  await keyboard.press("Enter");
  await isWith(maria.id, "wrap_up");
  await expect(desk.action("Finish")).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await keyboard.press("Alt+KeyW");
  await isWith(maria.id, "closed");
});

/** Goes through an open menu until that entry has the focus. */
async function tabToItem(page: Page, name: RegExp): Promise<void> {
  const item = page.getByRole("menuitemradio", { name });
  for (let steps = 0; steps < 8; steps += 1) {
    if (await item.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("ArrowUp");
  }
  await expect(item).toBeFocused();
}

test("a customer writes, reads and closes the chat without the mouse", async ({ open }) => {
  await makeWidgets(server);
  const page = await open();
  await page.goto(host.page({ widget: "help", customer: "joao" }));
  const widget = new Widget(page);
  await expect(widget.opener).toBeVisible();
  await tabTo(page, page.locator("linger-chat"));
  await page.keyboard.press("Enter");
  await expect(widget.input).toBeFocused();
  await page.keyboard.type("Hello");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("from the keyboard");
  await page.keyboard.press("Enter");
  await widget.expectOnce("from the keyboard");
  await page.keyboard.press("Escape");
  await expect(widget.opener).toBeFocused();
});

test("whoever wants no movement gets none", async ({ open }) => {
  await makeWidgets(server);
  const page = await open({ reducedMotion: "reduce" });
  const widget = await Widget.visit(page, host.page({ widget: "help", customer: "lena" }));
  await widget.say("Hello");
  const desk = await Desk.at(await open({ reducedMotion: "reduce" }), server, "carol");
  for (const each of [page, desk.page])
    for (const frame of each.frames()) {
      const moving = await frame.evaluate(() =>
        document
          .getAnimations()
          .filter((animation) => Number(animation.effect?.getComputedTiming().duration) > 1)
          .map((animation) => (animation as CSSAnimation).animationName ?? "transition"),
      );
      expect(moving, frame.url()).toEqual([]);
    }
});

test("the chat fits a screen 320 pixels wide", async ({ open }) => {
  await makeWidgets(server);
  const page = await open({ viewport: { width: 320, height: 568 } });
  const widget = await Widget.visit(page, host.page({ widget: "help", customer: "ines" }));
  await widget.say("Wort".repeat(80));
  await widget.say(`https://example.com/${"a-very-long-address/".repeat(12)}`);
  await widget.say("Short");
  await widget.expectDelivery("Short", "Sent");
  for (const frame of page.frames()) {
    const wide = await frame.evaluate(() => ({
      page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      parts: [...document.querySelectorAll("*")]
        .filter((element) => {
          const { overflowX } = getComputedStyle(element);
          const scrolls = overflowX === "auto" || overflowX === "scroll";
          return scrolls && element.scrollWidth > element.clientWidth;
        })
        .map((element) => element.className),
    }));
    expect(wide, frame.url()).toEqual({ page: 0, parts: [] });
  }
  const panel = await page.getByRole("dialog", { name: "Chat" }).boundingBox();
  expect(panel).toMatchObject({ x: 0, width: 320 });
});

test("in a language written from right to left the chat is mirrored", async ({ open }) => {
  await makeWidgets(server);
  const page = await open();
  const widget = await Widget.visit(
    page,
    host.page({ widget: "help", customer: "omar", locale: "ar" }),
  );
  await expect(widget.frame.locator("html")).toHaveAttribute("dir", "rtl");
  const panel = await page.getByRole("dialog", { name: "Chat" }).boundingBox();
  expect((panel?.x ?? 9999) + (panel?.width ?? 0)).toBeLessThan(1280 / 2);
  await widget.say("مرحبا");
  const bubble = await widget.message("مرحبا").locator(".bubble").boundingBox();
  expect((bubble?.x ?? 9999) - (panel?.x ?? 0)).toBeLessThan((panel?.width ?? 0) / 2);
});
