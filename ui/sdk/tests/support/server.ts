import { type ChildProcess, spawn } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi } from "../../src/index";
import { eventually } from "./eventually";

/** The server's binary; without it the tests against a real server are skipped, and say so. */
export const LINGER_BIN = process.env.LINGER_BIN;

if (!LINGER_BIN) {
  console.warn("\n*** LINGER_BIN is not set: the tests against a real server are SKIPPED. ***\n");
}

interface Credentials {
  url: string;
  signing_key_pkcs8_base64: string;
  kid: string;
  agents: Record<string, string>;
}

/** A server of our own, on a free port, in a directory of its own. */
export class TestServer {
  readonly url: string;
  readonly #dir: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  #credentials: Credentials | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#dir = mkdtempSync(join(tmpdir(), "linger-sdk-"));
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer(await freePort());
    await server.up();
    await server.#configure();
    return server;
  }

  /** Starts the process (again), on the same data. */
  async up(): Promise<void> {
    const args = ["demo", "--data", join(this.#dir, "data"), "--listen", `127.0.0.1:${this.#port}`];
    const child = spawn(LINGER_BIN as string, args, { stdio: "ignore" });
    this.#process = child;
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      const answer = await fetch(`${this.url}/readyz`);
      if (!answer.ok) throw new Error(`not ready: ${answer.status}`);
    }, 60_000);
    const file = join(this.#dir, "data", "demo-credentials.json");
    this.#credentials = JSON.parse(readFileSync(file, "utf8")) as Credentials;
  }

  /** Ends it as a power failure would; or, with another signal, as an operator. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** A token as the company's own system would sign it. */
  customerToken(customer: string, seconds = 3_600): string {
    const { signing_key_pkcs8_base64, kid } = this.#credentials as Credentials;
    const key = createPrivateKey({
      key: Buffer.from(signing_key_pkcs8_base64, "base64"),
      format: "der",
      type: "pkcs8",
    });
    const now = Math.floor(Date.now() / 1_000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: customer, iat: now - 5, exp: now + seconds };
    const signed = `${part({ typ: "JWT", alg: "EdDSA", kid })}.${part(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
  }

  agentToken(agent: string): string {
    return `${agent}:${(this.#credentials as Credentials).agents[agent]}`;
  }

  api(agent: string) {
    return createApi({ server: this.url, getToken: async () => this.agentToken(agent) });
  }

  /** Widgets of both modes, and customers who are known by their device. */
  async #configure(): Promise<void> {
    const api = this.api("olga");
    const support = await api.get<object>("/api/v1/config/workstreams/support");
    await api.put("/api/v1/config/workstreams/support", { ...support, device_identity: true });
    const authentication = ["demo"];
    await api.put("/api/v1/config/widgets/shop", { workstream: "support", authentication });
    await api.put("/api/v1/config/widgets/devices", { workstream: "support" });
    await api.put("/api/v1/config/widgets/chat", { workstream: "live", authentication });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
