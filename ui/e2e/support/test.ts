/** `test` of these tests: one server per file, and pages that may not have an error. */

import { type BrowserContextOptions, test as base, type Page } from "@playwright/test";
import { Guard } from "./guard.ts";
import { Host } from "./host.ts";
import { Server, type ServerOptions } from "./server.ts";

interface Fixtures {
  guard: Guard;
  /** A page in a browser of its own: nothing is shared with the others. */
  open: (options?: BrowserContextOptions) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures.
  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    guard.verify();
  },
  context: async ({ context, guard }, use) => {
    guard.watch(context);
    await use(context);
  },
  open: async ({ browser, guard, contextOptions }, use, info) => {
    const pages: Page[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ ...contextOptions, ...options });
      guard.watch(context);
      const page = await context.newPage();
      pages.push(page);
      return page;
    });
    for (const page of pages) {
      if (info.status !== info.expectedStatus && !page.isClosed()) {
        const body = await page.screenshot().catch(() => null);
        if (body) await info.attach(page.url(), { body, contentType: "image/png" });
      }
      await page.context().close();
    }
  },
});

export { expect } from "@playwright/test";

/** A server for the tests of a file, with another origin that embeds its widgets. */
export function useServer(options: ServerOptions = {}): { server: Server; host: Host } {
  const server = new Server(options);
  const host = new Host(server);
  test.beforeAll(async () => {
    await server.start();
    await host.start();
  });
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures.
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus)
      await info.attach("server.log", { body: server.log, contentType: "text/plain" });
  });
  test.afterAll(async () => {
    await host.stop();
    await server.remove();
  });
  return { server, host };
}
