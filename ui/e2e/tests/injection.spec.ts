import type { Page } from "@playwright/test";
import { Desk, signIn } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();

/** What would open a dialog, which fails the test, or leave an element that can be found. */
const IMG = `<img src=x onerror=alert(1)>`;
const ATTACKS = [
  IMG,
  `"><script>alert(2)</script>`,
  `<svg/onload=alert(3)>`,
  `javascript:alert(4)`,
  `[click](javascript:alert(5))`,
  `data:text/html,<script>alert(6)</script>`,
  `</textarea><iframe srcdoc="<script>parent.alert(7)</script>"></iframe>`,
  `{{constructor.constructor('alert(8)')()}}`,
  "$" + "{alert(9)}",
  `https://example.com/"onmouseover="alert(10)`,
];

/** Nothing of what was written has become a part of the page. */
async function expectNoElements(page: Page): Promise<void> {
  for (const frame of page.frames()) {
    const found = await frame.evaluate(() => {
      const all: Element[] = [];
      const collect = (root: ParentNode) => {
        for (const element of root.querySelectorAll("*")) {
          all.push(element);
          if (element.shadowRoot) collect(element.shadowRoot);
        }
      };
      collect(document);
      return all
        .filter(
          (element) =>
            element.matches(
              `img[src="x"], iframe[srcdoc], a[href^="javascript:"], a[href^="data:"]`,
            ) || [...element.attributes].some((attribute) => /^on/.test(attribute.name)),
        )
        .map((element) => element.outerHTML.slice(0, 200));
    });
    expect(found, frame.url()).toEqual([]);
  }
}

test("whatever is written stays text, in the widget, at the desk, on the floor and in the console", async ({
  open,
}) => {
  test.setTimeout(180_000);
  const { admin } = server;
  await admin.configure("agents", "anna", { display_name: `Anna ${IMG}` });
  await admin.configure("queues", "support", { name: `Support ${IMG}` });
  await admin.configure("workstreams", "support", { name: `Help ${IMG}` });
  await admin.configure("quick_replies", "evil", { title: `Reply ${IMG}`, text: `Text ${IMG}` });
  await admin.configure("widgets", "help", {
    workstream: "support",
    authentication: ["demo"],
    look: { title: `Title ${IMG}` },
    pre_chat: [{ key: "topic", label: `Topic ${IMG}` }],
  });

  const name = `Eve ${IMG}`;
  const widget = await Widget.visit(
    await open(),
    host.page({ widget: "help", customer: "eve", context: { name, order: IMG } }),
  );
  await expect(widget.frame.getByRole("heading", { level: 1 })).toHaveText(`Title ${IMG}`);
  await widget.frame.getByRole("textbox", { name: `Topic ${IMG}` }).fill(IMG);
  await widget.frame.getByRole("textbox", { name: /^Your message/ }).fill(`First ${IMG}`);
  await widget.frame.getByRole("button", { name: "Start chat" }).click();
  await widget.expectOnce(`First ${IMG}`);
  for (const attack of ATTACKS) await widget.say(`customer: ${attack}`);
  await widget.expectOnce(...ATTACKS.map((attack) => `customer: ${attack}`));
  await expectNoElements(widget.page);

  const [conversation] = await server.customer("eve").conversations();
  const id = conversation?.id ?? "";
  await server.supervisor.act(id, "tags", { add: [IMG] });
  const anna = await Desk.at(await open(), server, "anna");
  await expect(anna.offer(name)).toContainText(IMG);
  await expectNoElements(anna.page);
  await anna.offers.getByRole("button", { name: "Accept" }).click();
  await expect(anna.page.getByRole("heading", { level: 1 })).toHaveText(name);
  await anna.expectOnce(...ATTACKS.map((attack) => `customer: ${attack}`));
  for (const attack of ATTACKS) await anna.say(`agent: ${attack}`);
  await anna.expectOnce(...ATTACKS.map((attack) => `agent: ${attack}`));
  await widget.expectOnce(...ATTACKS.map((attack) => `agent: ${attack}`));
  await anna.reply.pressSequentially("/reply");
  await expect(anna.page.getByRole("option", { name: `Reply ${IMG}` })).toBeVisible();
  await anna.page.keyboard.press("Enter");
  await expect(anna.reply).toHaveValue(`Text ${IMG}`);
  await anna.page.keyboard.press("Enter");
  await widget.expectOnce(`Text ${IMG}`);
  await anna.page.keyboard.press("Alt+KeyN");
  await anna.page.getByRole("textbox", { name: "Private note" }).fill(`Note ${IMG}`);
  await anna.page.keyboard.press("Enter");
  await expect(anna.details).toContainText(`Note ${IMG}`);
  await expect(anna.details).toContainText(`order${IMG}`);
  await anna.log.focus();
  await anna.page.keyboard.press("Control+k");
  await expect(anna.page.getByRole("dialog")).toContainText(name);
  await anna.page.keyboard.press("Escape");
  await expectNoElements(anna.page);
  await expectNoElements(widget.page);

  const carol = await open();
  await carol.goto(`${server.url}/desk/floor`);
  await signIn(carol, "carol", server.password("carol"));
  await expect(carol.getByText(name).first()).toBeVisible();
  await expect(carol.getByText(`Anna ${IMG}`).first()).toBeVisible();
  await expectNoElements(carol);

  const olga = await open();
  await olga.goto(`${server.url}/admin`);
  await signIn(olga, "olga", server.password("olga"));
  const sections = olga.getByRole("navigation", { name: "Sections" });
  for (const [section, text] of [
    ["Queues", `Support ${IMG}`],
    ["Workstreams", `Help ${IMG}`],
    ["Quick replies", `Reply ${IMG}`],
    ["Agents", `Anna ${IMG}`],
    ["Widgets", "help"],
    ["Audit log", "olga"],
  ] as const) {
    await sections.getByRole("link", { name: section, exact: true }).click();
    await expect(olga.getByRole("main").getByText(text).first()).toBeVisible();
    await expectNoElements(olga);
  }
  await sections.getByRole("link", { name: "Widgets", exact: true }).click();
  await olga.getByRole("main").getByRole("link", { name: /help/ }).first().click();
  await expect(olga.getByRole("main").getByRole("textbox").first()).toBeVisible();
  await expectNoElements(olga);
});
