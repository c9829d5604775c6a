import { Backoff } from "../backoff.js";
import type { ClientFrame, Refused, ServerFrame, Welcome } from "../protocol.js";
import { Refusal, unreachable } from "../refusal.js";
import type { Connection } from "../types.js";
import { Value } from "../value.js";
import { Requests } from "./requests.js";
import type { OpenTransport, Transport } from "./transport.js";
import { onWake } from "./wake.js";

/** The welcome must come within this time. */
const OPENING_MS = 10_000;
/** A ping that is not answered within this time shows a dead connection. */
const PONG_MS = 8_000;
/** Sockets that fail in a row before the other way is tried. */
const SOCKETS_FAILED_MAX = 2;
/** While the other way works, the socket is tried again after so long, later less and less often. */
const SOCKET_AGAIN_MS = 15_000;
const SOCKET_AGAIN_MAX_MS = 10 * 60_000;
/** Between the last word of the server and the end of the connection. */
const GOODBYE_MS = 5_000;
/** Without one of these nobody gets in; what else is refused may be put right at the server. */
const SIGN_IN = new Set([
  "unauthenticated",
  "token_invalid",
  "token_expired",
  "sign_in_failed",
  "second_factor_required",
]);

export interface LinkHost {
  /** The token to say hello with; none: the page's cookie. `fresh`: the last one was refused. */
  token(fresh: boolean): Promise<string | undefined>;
  /** A token that was refused is worth another try with a fresh one. */
  renewable: boolean;
  cursors(): Record<string, number>;
  /** Whether there is nothing to connect for yet. */
  idle?(): Promise<boolean>;
  welcomed(welcome: Welcome, reconnected: boolean): void;
  /** There is a new token in place of one that had run out. */
  renewed(): void;
  frame(frame: ServerFrame): void;
  lost(refusal?: Refusal): void;
}

/** The connection to the server: opened, watched over, and opened again for ever. */
export class Link {
  readonly connection = new Value<Connection>({
    state: "connecting",
    transport: "socket",
    since: Date.now(),
  });
  /** What to add to this machine's clock to have the server's. */
  offset = 0;
  welcome: Welcome | null = null;
  /** The token has run out: the server still tells everything, and takes nothing. */
  expired = false;

  readonly #host: LinkHost;
  readonly #socket: OpenTransport;
  readonly #poll: OpenTransport | undefined;
  readonly #backoff = new Backoff();
  readonly #requests = new Requests((frame) => this.post(frame));
  readonly #asleep: () => void;
  #transport: Transport | null = null;
  /** Counts attempts, so that what is left of an earlier one is not listened to. */
  #attempt = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #socketsFailed = 0;
  #socketAgain = SOCKET_AGAIN_MS;
  #wantsFresh = false;
  #tokensRefused = 0;
  #refusal: Refusal | undefined;
  #heard = 0;
  #wasOnline = false;
  #renewing: Promise<boolean> | null = null;
  #closed = false;

  constructor(host: LinkHost, socket: OpenTransport, poll?: OpenTransport) {
    this.#host = host;
    this.#socket = socket;
    this.#poll = poll;
    this.#asleep = onWake(() => this.#woken());
    // Not at once: whoever makes the link has yet to keep it.
    queueMicrotask(() => void this.#open());
  }

  get online(): boolean {
    return this.welcome !== null;
  }

  now(): number {
    return Date.now() + this.offset;
  }

  readonly ask: Requests["ask"] = (type, fields) => this.#requests.ask(type, fields);

  send(conversation: string, clientId: string, text: string) {
    return this.#requests.send(conversation, clientId, text);
  }

  /** Sends what is not answered. Whether there was a connection. */
  post(frame: ClientFrame): boolean {
    if (!this.welcome || !this.#transport) return false;
    this.#transport.send(frame);
    return true;
  }

  /** A request was refused because the token has run out: brings a new one, however long it takes. */
  expire(): void {
    if (this.expired) return;
    this.expired = true;
    this.#renewUntilDone();
  }

  /** Brings a new token of the same customer. Whether the server took it. */
  #renewOnce(): Promise<boolean> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** Connects now instead of later; what is open is given up. */
  reconnect(fresh = false): void {
    if (this.#closed) return;
    this.#wantsFresh ||= fresh;
    this.#backoff.reset();
    this.#drop();
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    this.#requests.close();
    this.#asleep();
  }

  async #open(): Promise<void> {
    if (this.#closed) return;
    const attempt = ++this.#attempt;
    this.#clearTimers();
    this.#refusal = undefined;
    let token: string | undefined;
    this.#later(OPENING_MS, () => this.#show("offline", noToken("it has not come yet.")));
    try {
      if (await this.#host.idle?.()) {
        if (attempt !== this.#attempt || this.#closed) return;
        this.#clearTimers();
        this.#show("idle");
        return;
      }
      token = await this.#host.token(this.#wantsFresh);
    } catch (error) {
      if (attempt !== this.#attempt || this.#closed) return;
      this.#refusal = error instanceof Refusal ? error : noToken(error);
      this.#failed();
      return;
    }
    if (attempt !== this.#attempt || this.#closed) return;
    this.#wantsFresh = false;
    this.#clearTimers();
    const open = (this.#polling() && this.#poll) || this.#socket;
    const hello = { type: "hello" as const, token, cursors: this.#host.cursors() };
    this.#later(OPENING_MS, () => {
      if (!this.welcome) this.#ended();
    });
    this.#transport = open(hello, {
      frame: (frame) => attempt === this.#attempt && this.#took(frame),
      ended: () => attempt === this.#attempt && this.#ended(),
    });
  }

  #polling(): boolean {
    return this.#poll !== undefined && this.#socketsFailed >= SOCKETS_FAILED_MAX;
  }

  #took(frame: ServerFrame): void {
    this.#heard = Date.now();
    switch (frame.type) {
      case "welcome":
        this.#welcomed(frame);
        return;
      case "accepted":
        if (this.#requests.answered(frame)) return;
        break;
      case "refused":
        if (this.#requests.answered(frame)) return;
        if (frame.conversation === undefined) this.#refused(frame);
        break;
      case "goaway":
        this.#backoff.reset(frame.retry_ms);
        // The server closes once it has answered what is under way.
        this.#later(GOODBYE_MS, () => this.#ended());
        return;
      case "renew":
        void this.#renewOnce();
        return;
      case "pong":
        return;
    }
    this.#host.frame(frame);
  }

  #welcomed(welcome: Welcome): void {
    const reconnected = this.#wasOnline;
    this.#wasOnline = true;
    this.welcome = welcome;
    this.expired = false;
    this.offset = welcome.at - Date.now();
    this.#backoff.reset(welcome.retry_ms);
    this.#tokensRefused = 0;
    this.#clearTimers();
    if (this.#polling()) {
      this.#later(this.#socketAgain, () => this.#trySocket());
    } else {
      this.#socketsFailed = 0;
      this.#socketAgain = SOCKET_AGAIN_MS;
    }
    this.#watch(welcome.heartbeat_ms);
    this.#show("online");
    this.#host.welcomed(welcome, reconnected);
    this.#requests.flush();
  }

  /** A refusal of the connection itself; it ends now. */
  #refused(frame: Refused): void {
    const refusal = new Refusal(frame);
    this.#refusal = refusal;
    this.#wantsFresh = SIGN_IN.has(frame.code);
    // Not every one ends a connection; what does not is no reason for an end that comes later.
    this.#later(GOODBYE_MS, () => {
      if (this.welcome && this.#refusal === refusal) this.#refusal = undefined;
    });
  }

  /** The transport ended, was refused, or is dead. */
  #ended(): void {
    // Both ways in turns, the socket more often: where there is no server neither is to blame.
    if (this.#polling()) this.#socketsFailed = this.welcome ? SOCKETS_FAILED_MAX - 1 : 0;
    else if (!this.welcome && !this.#refusal) this.#socketsFailed += 1;
    this.#drop();
    this.#failed();
  }

  #failed(): void {
    const refusal = this.#refusal;
    const signIn = refusal && SIGN_IN.has(refusal.code);
    if (signIn) this.#tokensRefused += 1;
    if (signIn && (!this.#host.renewable || this.#tokensRefused > 1)) {
      // Nobody can get in without signing in again; only a new token may change that.
      this.#show("signed_out", refusal);
      if (!this.#host.renewable) return;
    } else {
      const first = this.connection.get().state === "online";
      this.#show(first ? "connecting" : "offline", refusal ?? unreachable());
    }
    const wait = Math.max(this.#backoff.next(), refusal?.retryAfterMs ?? 0);
    this.#later(wait, () => void this.#open());
  }

  #drop(): void {
    const wasOnline = this.welcome !== null;
    this.#attempt += 1;
    this.#clearTimers();
    this.#transport?.close();
    this.#transport = null;
    this.welcome = null;
    if (!wasOnline) return;
    this.#requests.lost();
    this.#host.lost(this.#refusal);
  }

  #renewUntilDone(): void {
    const attempt = this.#attempt;
    void this.#renewOnce().then((done) => {
      if (attempt !== this.#attempt || done) return;
      this.#later(this.#backoff.next(), () => this.#renewUntilDone());
    });
  }

  async #renew(): Promise<boolean> {
    const attempt = this.#attempt;
    try {
      const token = await this.#host.token(true);
      if (attempt !== this.#attempt || token === undefined) return false;
      await this.#requests.ask("renew", { token });
      this.expired = false;
      this.#backoff.reset();
      this.#host.renewed();
      return true;
    } catch (error) {
      // The token is of somebody else: the socket goes on as whose it was, so it has to go.
      if (error instanceof Refusal && error.code === "other_customer") this.reconnect();
      return false;
    }
  }

  /** A browser does not show the server's pings: whoever has been silent is asked. */
  #watch(heartbeat: number): void {
    this.#later(heartbeat, () => {
      if (Date.now() - this.#heard >= heartbeat) this.#probe();
      this.#watch(heartbeat);
    });
  }

  #trySocket(): void {
    this.#socketAgain = Math.min(this.#socketAgain * 2, SOCKET_AGAIN_MAX_MS);
    this.#socketsFailed = SOCKETS_FAILED_MAX - 1;
    this.reconnect();
  }

  #probe(patience = PONG_MS): void {
    const asked = Date.now();
    if (!this.post({ type: "ping" })) return;
    this.#later(patience, () => {
      if (this.#heard < asked) this.#ended();
    });
  }

  /** The page is looked at again, or the network is back. */
  #woken(): void {
    const { state } = this.connection.get();
    if (this.online) this.#probe(PONG_MS / 2);
    else if (globalThis.navigator?.onLine === false) return;
    else if (state !== "signed_out" && this.#transport === null) this.reconnect();
  }

  #show(state: Connection["state"], refusal?: Refusal): void {
    const now = this.connection.get();
    const transport = this.#polling() ? "poll" : "socket";
    if (
      now.state === state &&
      now.transport === transport &&
      now.refusal?.message === refusal?.message
    )
      return;
    const since = now.state === state ? now.since : Date.now();
    this.connection.set({ state, transport, since, refusal });
  }

  #later(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

function noToken(error: unknown): Refusal {
  const why = error instanceof Error ? error.message : String(error);
  return unreachable(`There is no token to sign in with: ${why}`);
}
