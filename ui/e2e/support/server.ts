/** The real server: `linger demo` with a data directory of its own, which can be killed and started again. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Api } from "./api.ts";
import { signToken } from "./token.ts";

const START_MS = 30_000;

interface Credentials {
  url: string;
  signing_key_pkcs8_base64: string;
  kid: string;
  agents: Record<string, string>;
  passwords: Record<string, string>;
  supervisor: string;
  admin: string;
}

export interface ServerOptions {
  /** How fast one customer may write. */
  customerRate?: string;
  /** agent-001 … instead of anna, bob and carol. */
  agents?: number;
  capacity?: number;
  /** Further arguments of `linger demo`. */
  args?: string[];
}

/** Servers that run; a worker that ends leaves none behind. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class Server {
  /** What the server wrote, over all its starts. */
  log = "";
  credentials!: Credentials;
  private readonly home = mkdtempSync(join(tmpdir(), "linger-e2e-"));
  private child: ChildProcess | null = null;
  private port = 0;

  constructor(private readonly options: ServerOptions = {}) {}

  get url(): string {
    return this.credentials.url;
  }

  async start(): Promise<void> {
    const binary = process.env.LINGER_BIN;
    if (!binary) throw new Error("LINGER_BIN is not set: the path of the linger to test");
    const ready = join(this.home, "ready.json");
    rmSync(ready, { force: true });
    const { customerRate = "unlimited", agents, capacity, args = [] } = this.options;
    const pages = process.env.LINGER_PAGES;
    const child = spawn(
      binary,
      [
        "demo",
        ...["--data", join(this.home, "data"), "--listen", `127.0.0.1:${this.port}`],
        ...["--ready-file", ready, "--customer-rate", customerRate],
        ...(agents ? ["--agents", String(agents)] : []),
        ...(capacity ? ["--capacity", String(capacity)] : []),
        ...(pages ? ["--pages", pages] : []),
        ...args,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.stdout.on("data", (text) => this.write(text));
    child.stderr.on("data", (text) => this.write(text));
    const late = Date.now() + START_MS;
    while (!existsSync(ready)) {
      if (child.exitCode !== null || Date.now() > late)
        throw new Error(`the server did not start:\n${this.log}`);
      await pause(20);
    }
    this.credentials = JSON.parse(readFileSync(ready, "utf8"));
    this.port = Number(new URL(this.url).port);
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (Date.now() > late) throw new Error(`the server is not ready:\n${this.log}`);
      await pause(20);
    }
  }

  /** As a power failure does: nothing is told to anybody. */
  async kill(): Promise<void> {
    await this.signal("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.signal("SIGTERM");
  }

  /** Ends the server and forgets its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** A token of a customer, as the shop would sign it. */
  token(customer: string, seconds = 3600): string {
    const { signing_key_pkcs8_base64, kid } = this.credentials;
    return signToken(signing_key_pkcs8_base64, kid, customer, seconds);
  }

  /** The API as that customer. */
  customer(id: string): Api {
    return new Api(this.url, this.token(id));
  }

  /** The API as somebody of the company. */
  agent(id: string): Api {
    return new Api(this.url, `${id}:${this.credentials.agents[id]}`);
  }

  get admin(): Api {
    return this.agent(this.credentials.admin);
  }

  get supervisor(): Api {
    return this.agent(this.credentials.supervisor);
  }

  password(agent: string): string {
    const password = this.credentials.passwords[agent];
    if (!password) throw new Error(`${agent} has no password`);
    return password;
  }

  private write(text: Buffer): void {
    this.log += text.toString();
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }
}
