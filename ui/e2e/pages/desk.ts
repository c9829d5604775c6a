/** The agent desk: all names that tests know it by. */

import { expect, type Locator, type Page } from "@playwright/test";

/** Signs in on whichever staff page. */
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

  constructor(readonly page: Page) {
    this.offers = page.getByRole("region", { name: "Offers" });
    this.list = page.getByRole("region", { name: "Conversations" });
    this.log = page.getByRole("log", { name: "Messages" });
    this.reply = page.getByRole("textbox", { name: "Reply" });
  }

  /** Signed in and available. */
  static async at(
    page: Page,
    server: { url: string; password(agent: string): string },
    agent: string,
  ) {
    await page.goto(`${server.url}/desk`);
    await signIn(page, agent, server.password(agent));
    const desk = new Desk(page);
    await desk.setPresence("Available");
    return desk;
  }

  get presence(): Locator {
    return this.page.getByRole("button", { name: /^Presence/ });
  }

  async setPresence(presence: string): Promise<void> {
    await expect(this.presence).toBeVisible();
    if ((await this.presence.getAttribute("aria-label"))?.includes(presence)) return;
    await this.presence.click();
    await this.page.getByRole("menuitem", { name: new RegExp(`^${presence}`) }).click();
    await expect(this.presence).toHaveAccessibleName(new RegExp(presence));
  }

  offer(customer: string): Locator {
    return this.offers.getByRole("article").filter({ hasText: customer });
  }

  async accept(customer: string): Promise<void> {
    await this.offer(customer).getByRole("button", { name: "Accept" }).click();
    await expect(this.log).toBeVisible();
  }

  row(customer: string): Locator {
    return this.list.getByRole("listitem").filter({ hasText: customer });
  }

  async say(text: string): Promise<void> {
    await this.reply.fill(text);
    await this.reply.press("Enter");
  }

  message(text: string | RegExp): Locator {
    return this.log.getByRole("article").filter({ hasText: text });
  }

  async expectOnce(...texts: string[]): Promise<void> {
    for (const text of texts) await expect(this.message(text)).toHaveCount(1);
  }

  action(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async end(): Promise<void> {
    await this.action("End").click();
    const dialog = this.page.getByRole("dialog").or(this.page.getByRole("alertdialog"));
    await dialog.getByRole("button", { name: /^End/ }).click();
  }
}
