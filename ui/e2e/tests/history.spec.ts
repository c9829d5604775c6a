import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { each } from "../support/api.ts";
import { makeWidgets } from "../support/company.ts";
import { record, scriptTime, slowness } from "../support/measure.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const MESSAGES = 10_000;
/**
 * The bar is 100 ms of script until the newest messages are on the screen. A slow machine takes
 * some times as long for the same script, and a busy one longer still.
 */
const BAR_MS = 100;
const ALLOWANCE = 3;

test("a history of 10,000 messages opens at once and is scrolled to its beginning", async ({
  open,
}, info) => {
  test.setTimeout(240_000);
  await makeWidgets(server);
  const maria = server.customer("maria");
  const anna = server.agent("anna");
  await anna.presence("available");
  const { id } = await maria.start("support", "Message 0.", { name: "Maria" });
  await expect.poll(async () => (await server.supervisor.view(id)).agent).toBe("anna");
  await anna.act(id, "accept");
  const numbers = Array.from({ length: MESSAGES - 2 }, (_, n) => n + 1);
  const half = MESSAGES / 2;
  // As many at a time as the server takes of one person.
  await Promise.all([
    each(numbers.slice(0, half), 50, (n) => anna.say(id, `Answer ${n}. ${"word ".repeat(n % 40)}`)),
    each(numbers.slice(half), 14, (n) => maria.say(id, `Message ${n}. ${"word ".repeat(n % 25)}`)),
  ]);
  await maria.say(id, "The newest.");

  await test.step("in the widget", async () => {
    const page = await open();
    await page.goto(host.page({ widget: "help", customer: "maria" }));
    const widget = new Widget(page);
    const script = await scriptTime(page, async () => {
      await widget.open();
      await expect(widget.message("The newest.")).toBeVisible();
    });
    record(info, "widget: script until first paint", { script });
    expect(script).toBeLessThan(BAR_MS * ALLOWANCE * slowness());
    await scrollUp(widget.log, async () => widget.message("Message 0.").isVisible());
    expect(await widget.log.locator("[data-row]").count()).toBeLessThan(400);
  });

  await test.step("in the desk", async () => {
    const desk = await Desk.at(await open(), server, "anna");
    await expect(desk.row("Maria")).toBeVisible();
    const script = await scriptTime(desk.page, async () => {
      await desk.select("Maria");
      await expect(desk.message("The newest.")).toBeVisible();
    });
    record(info, "desk: script until first paint", { script });
    expect(script).toBeLessThan(BAR_MS * ALLOWANCE * slowness());
    await scrollUp(desk.log, async () => desk.message("Message 0.").isVisible());
    expect(await desk.log.getByRole("article").count()).toBeLessThan(400);
  });
});

/** Turns the wheel until it is there; what is read must not jump away meanwhile. */
async function scrollUp(
  log: import("@playwright/test").Locator,
  there: () => Promise<boolean>,
): Promise<void> {
  await expect
    .poll(
      async () => {
        await log.evaluate((element) => element.scrollTo({ top: 0 }));
        return there();
      },
      { timeout: 90_000, intervals: [60] },
    )
    .toBe(true);
}
