/** The widget as its visitor sees it: all names that tests know it by. */

import { expect, type FrameLocator, type Locator, type Page } from "@playwright/test";

export type Delivery = "Waiting to be sent" | "Sent" | "Delivered" | "Read" | "Not sent";

export class Widget {
  readonly frame: FrameLocator;
  readonly log: Locator;
  readonly input: Locator;
  readonly sendButton: Locator;
  /** What is the matter with the connection, the place in line. */
  readonly status: Locator;
  readonly typing: Locator;

  constructor(readonly page: Page) {
    this.frame = page.frameLocator('iframe[title="Chat"]');
    this.log = this.frame.getByRole("log", { name: "Messages" });
    this.input = this.frame.getByRole("textbox", { name: "Write a message" });
    this.sendButton = this.frame.getByRole("button", { name: "Send", exact: true });
    this.status = this.frame.getByRole("status");
    this.typing = this.frame.getByText(/is writing…$/);
  }

  /** Goes to a page with the widget and opens it. */
  static async visit(page: Page, url: string): Promise<Widget> {
    await page.goto(url);
    const widget = new Widget(page);
    await widget.open();
    return widget;
  }

  get opener(): Locator {
    return this.page.getByRole("button", { name: /^Open chat/ });
  }

  async open(): Promise<void> {
    await this.opener.click();
    await expect(this.page.getByRole("dialog", { name: "Chat" })).toBeVisible();
  }

  async close(): Promise<void> {
    await this.frame.getByRole("button", { name: "Close chat" }).click();
    await expect(this.opener).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** Live: asks to end the chat, and says yes or no to the question. */
  async endChat(sure: boolean): Promise<void> {
    await this.frame.getByRole("button", { name: "More", exact: true }).click();
    await this.frame.getByRole("menuitem", { name: "End chat" }).click();
    const dialog = this.frame.getByRole("dialog", { name: "End this chat?" });
    await dialog.getByRole("button", { name: sure ? "End chat" : "Cancel" }).click();
    await expect(dialog).toHaveCount(0);
  }

  /** The messages with that text. */
  message(text: string | RegExp): Locator {
    return this.log.locator("[data-row]").filter({ hasText: text });
  }

  /** Each of these texts stands there exactly once. */
  async expectOnce(...texts: string[]): Promise<void> {
    for (const text of texts) await expect(this.message(text)).toHaveCount(1);
  }

  /** How far the last of the own messages has come. */
  async expectDelivery(text: string, delivery: Delivery | RegExp): Promise<void> {
    await expect(
      this.message(text).getByRole("img", { name: delivery, exact: true }),
    ).toBeVisible();
  }

  /** All texts of people, in the order of the page. */
  async texts(): Promise<string[]> {
    return this.log
      .locator(".bubble")
      .evaluateAll((bubbles) =>
        bubbles.map((bubble) => (bubble.textContent ?? "").replace(/^[^:]*: /, "")),
      );
  }
}
