/** The widget as its visitor sees it: all names that tests know it by. */

import { expect, type FrameLocator, type Locator, type Page } from "@playwright/test";

export class Widget {
  readonly frame: FrameLocator;
  readonly launcher: Locator;
  readonly log: Locator;
  readonly input: Locator;
  readonly sendButton: Locator;
  readonly status: Locator;

  constructor(readonly page: Page) {
    this.frame = page.frameLocator('iframe[title="Chat"]');
    this.launcher = page.getByRole("button", { name: /^(Open|Close) chat/ });
    this.log = this.frame.getByRole("log", { name: "Messages" });
    this.input = this.frame.getByRole("textbox", { name: "Message" });
    this.sendButton = this.frame.getByRole("button", { name: "Send", exact: true });
    this.status = this.frame.getByRole("status");
  }

  /** Goes to a page with the widget and opens it. */
  static async visit(page: Page, url: string): Promise<Widget> {
    await page.goto(url);
    const widget = new Widget(page);
    await widget.open();
    return widget;
  }

  async open(): Promise<void> {
    await this.page.getByRole("button", { name: /^Open chat/ }).click();
    await expect(this.page.getByRole("button", { name: "Close chat" }).first()).toBeAttached();
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** The messages with that text. */
  message(text: string | RegExp): Locator {
    return this.log.getByRole("article").filter({ hasText: text });
  }

  /** Each text once, in this order, among whatever else is there. */
  async expectOnce(...texts: string[]): Promise<void> {
    for (const text of texts) await expect(this.message(text)).toHaveCount(1);
  }

  async expectDelivery(text: string, delivery: string | RegExp): Promise<void> {
    await expect(this.message(text)).toContainText(delivery);
  }
}
