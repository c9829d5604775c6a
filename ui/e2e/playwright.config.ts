import { defineConfig } from "@playwright/test";
import { browserArgs, browserPath } from "./support/browser.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // One file is one server: its tests run one after the other, and two files at a time.
  fullyParallel: false,
  workers: 2,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  // A slow machine may miss a moment once; what fails three times is broken, and another try is reported.
  retries: 2,
  globalTimeout: 15 * 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.CI
    ? [["list"], ["html", { open: "never", outputFolder: "report" }]]
    : "list",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: browserPath, args: browserArgs },
    locale: "en-GB",
    timezoneId: "Europe/Madrid",
    colorScheme: "light",
    viewport: { width: 1280, height: 800 },
    actionTimeout: 10_000,
    screenshot: "only-on-failure",
    trace: process.env.TRACE ? "retain-on-failure" : "off",
  },
});
