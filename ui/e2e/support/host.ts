/**
 * A page of a company's own, on another origin than linger: it embeds a widget as the manual says,
 * under a strict policy of its own, and signs tokens for its customers.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "./server.ts";

export interface Visit {
  widget: string;
  /** Who is signed in at the page; left out: nobody. */
  customer?: string;
  /** How long its tokens are good. */
  seconds?: number;
  locale?: string;
  /** What the page tells of the visitor. */
  context?: Record<string, string>;
}

/** What the page runs: the visit is in its address. */
const SCRIPT = `
const visit = new URLSearchParams(location.search);
const customer = visit.get("customer");
window.linger = [];
window.tokens = 0;
const token = async () => {
  window.tokens += 1;
  const answer = await fetch("/token" + location.search, { cache: "no-store" });
  return answer.text();
};
if (customer) linger.push(["identify", token]);
if (visit.has("context")) linger.push(["context", JSON.parse(visit.get("context"))]);
if (visit.has("locale")) document.documentElement.lang = visit.get("locale");
`;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

export class Host {
  /** How many tokens were asked for. */
  tokens = 0;
  private port = 0;
  private readonly http = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", this.origin);
    const visit = url.searchParams;
    const linger = this.server.url;
    if (url.pathname === "/token") {
      this.tokens += 1;
      const seconds = Number(visit.get("seconds") ?? 3600);
      answer.end(this.server.token(visit.get("customer") ?? "nobody", seconds));
    } else if (url.pathname === "/host.js") {
      answer.setHeader("content-type", "text/javascript");
      answer.end(SCRIPT);
    } else if (url.pathname === "/frame") {
      // Somebody who wants a page of linger's in theirs.
      answer.setHeader("content-type", "text/html; charset=utf-8");
      const src = escaped(`${linger}${visit.get("path")}`);
      answer.end(
        `<!doctype html><html lang="en"><title>A frame</title><iframe title="Framed" src="${src}"></iframe></html>`,
      );
    } else if (url.pathname === "/") {
      answer.setHeader("content-type", "text/html; charset=utf-8");
      answer.setHeader(
        "content-security-policy",
        `default-src 'none'; script-src 'self' ${linger}; frame-src ${linger}; connect-src 'self' ${linger}; img-src data:`,
      );
      const widget = escaped(visit.get("widget") ?? "");
      const locale = visit.get("locale");
      answer.end(
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>` +
          `<meta name="viewport" content="width=device-width, initial-scale=1">` +
          `<link rel="icon" href="data:,"></head><body><main><h1>A shop</h1><p>Shoes and socks.</p></main>` +
          `<script src="/host.js"></script><script src="${linger}/widget.js" data-widget="${widget}"${
            locale ? ` data-locale="${escaped(locale)}"` : ""
          }></script></body></html>`,
      );
    } else {
      // Browsers ask for an icon of whatever they show.
      answer.statusCode = url.pathname === "/favicon.ico" ? 204 : 404;
      answer.end();
    }
  });

  constructor(private readonly server: Server) {}

  /** Another origin than the server's, of the same site: `shop.example.com` and `chat.example.com`. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same page under the name of another site. There, browsers may keep storage from the widget. */
  get foreignOrigin(): string {
    return `http://localhost:${this.port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.http.listen(0, "127.0.0.1", resolve));
    this.port = (this.http.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  /** The address of the page for such a visit. */
  page(visit: Visit, origin = this.origin): string {
    const url = new URL(origin);
    for (const [name, given] of Object.entries(visit))
      if (given !== undefined)
        url.searchParams.set(
          name,
          typeof given === "object" ? JSON.stringify(given) : String(given),
        );
    return url.href;
  }
}
