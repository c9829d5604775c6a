/**
 * What no page may do in any test: throw, write an error to the console (a violation of the
 * Content-Security-Policy is one), or open a dialog of the browser, which is what injected scripts
 * in these tests try.
 */

import type { BrowserContext, ConsoleMessage, Page } from "@playwright/test";

/** The console's words for a server that is not there. */
export const UNREACHABLE = [
  /net::ERR_(CONNECTION|INTERNET|NETWORK|SOCKET|EMPTY|INCOMPLETE)/,
  /WebSocket connection to .* failed/,
];

/**
 * What browsers note as an error although nothing is wrong: that nobody is signed in yet when a page
 * asks who is, and that a page has no icon.
 */
const isNoError = (message: ConsoleMessage) =>
  /(\b401\b.*\/api\/v1\/auth\/session|\b404\b.*\/favicon\.ico)$/.test(
    `${message.text()} ${message.location().url}`,
  );

export class Guard {
  private readonly problems: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** Errors that a test is about. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  watch(context: BrowserContext): void {
    context.on("page", (page) => this.watchPage(page));
    for (const page of context.pages()) this.watchPage(page);
  }

  private watchPage(page: Page): void {
    const where = () => page.url();
    page.on("pageerror", (error) => this.note(`${where()} threw: ${error.stack ?? error}`));
    page.on("crash", () => this.note(`${where()} crashed`));
    page.on("dialog", (dialog) => {
      this.note(`${where()} opened a dialog: ${dialog.type()} ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (message.type() !== "error" || isNoError(message)) return;
      this.note(`${where()} wrote: ${message.text()} (${message.location().url})`);
    });
  }

  private note(problem: string): void {
    if (!this.allowed.some((pattern) => pattern.test(problem))) this.problems.push(problem);
  }

  verify(): void {
    if (this.problems.length > 0)
      throw new Error(`The pages had errors:\n${this.problems.join("\n")}`);
  }
}
