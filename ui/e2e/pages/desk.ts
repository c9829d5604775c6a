/** The agent desk: all names that tests know it by. */

import { expect, type Locator, type Page } from "@playwright/test";

interface Company {
  url: string;
  password(agent: string): string;
}

export type List = "Mine" | "Waiting" | "Queue" | "All";
export type Delivery = "Waiting" | "Sent" | "Delivered" | "Read" | "Not sent";

/** Signs in on whichever page of the staff. */
export async function signIn(page: Page, agent: string, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Name" }).fill(agent);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export class Desk {
  readonly offers: Locator;
  readonly list: Locator;
  readonly log: Locator;
  readonly reply: Locator;
  readonly presence: Locator;
  readonly details: Locator;
  /** What the desk says about something that was done or refused. */
  readonly notices: Locator;
  /** Says so when the connection is lost. */
  readonly connectionLine: Locator;
  readonly typing: Locator;

  constructor(readonly page: Page) {
    this.offers = page.getByRole("region", { name: "Offers" });
    this.list = page.getByRole("region", { name: "Conversations" });
    this.log = page.getByRole("log", { name: "Messages" });
    this.reply = page.getByRole("textbox", { name: "Reply" });
    this.presence = page.getByRole("button", { name: /^Presence/ });
    this.details = page.getByRole("complementary", { name: "Details" });
    this.notices = page.getByRole("alert");
    this.connectionLine = page.getByRole("status").filter({ hasText: /No connection|Connecting/ });
    this.typing = page.getByRole("status").filter({ hasText: /is typing/ });
  }

  /** Signed in and available. */
  static async at(page: Page, company: Company, agent: string): Promise<Desk> {
    await page.goto(`${company.url}/desk`);
    await signIn(page, agent, company.password(agent));
    const desk = new Desk(page);
    await desk.setPresence("Available");
    return desk;
  }

  async setPresence(presence: string): Promise<void> {
    await expect(this.presence).toBeEnabled();
    if ((await this.presence.getAttribute("aria-label"))?.endsWith(presence)) return;
    await this.presence.click();
    await this.page.getByRole("menuitemradio", { name: new RegExp(`^${presence}`) }).click();
    await expect(this.presence).toHaveAccessibleName(`Presence: ${presence}`);
  }

  offer(customer: string): Locator {
    return this.offers.getByRole("article", { name: `Offer: ${customer}` });
  }

  async accept(customer: string): Promise<void> {
    await this.offer(customer).getByRole("button", { name: "Accept" }).click();
    await expect(this.page.getByRole("heading", { level: 1, name: customer })).toBeVisible();
    await expect(this.reply).toBeVisible();
  }

  async show(list: List): Promise<void> {
    await this.list.getByRole("tab", { name: new RegExp(`^${list}`) }).click();
  }

  row(customer: string): Locator {
    return this.list.getByRole("listitem").getByRole("button", { name: customer });
  }

  async select(customer: string): Promise<void> {
    await this.row(customer).click();
    await expect(this.page.getByRole("heading", { level: 1, name: customer })).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.reply.fill(text);
    await this.reply.press("Enter");
  }

  message(text: string | RegExp): Locator {
    return this.log.getByRole("article").filter({ hasText: text });
  }

  /** Each of these texts stands there exactly once. */
  async expectOnce(...texts: string[]): Promise<void> {
    for (const text of texts) await expect(this.message(text)).toHaveCount(1);
  }

  async expectDelivery(text: string, delivery: Delivery): Promise<void> {
    await expect(this.message(text).getByText(delivery, { exact: true })).toBeVisible();
  }

  /** All texts of people, in the order of the page. */
  async texts(): Promise<string[]> {
    return this.log
      .getByRole("article")
      .locator("[title]")
      .evaluateAll((bubbles) => bubbles.map((bubble) => bubble.textContent ?? ""));
  }

  /** A button of the thread. */
  action(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole("dialog", { name });
  }

  async end(): Promise<void> {
    await this.action("End").click();
    await this.dialog(/^End the conversation/)
      .getByRole("button", { name: "End" })
      .click();
  }
}
