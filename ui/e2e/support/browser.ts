/** The browser that is on the machine, told to talk to nobody but the page. */

export const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const browserArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
