import { createApi } from "../api.js";
import type { Accepted, ClientFrame, Message, RefusalBody, View } from "../protocol.js";
import { Refusal } from "../refusal.js";
import { Following } from "./following.js";
import type { OpenTransport, Transport, TransportEvents } from "./transport.js";

const HEARTBEAT_MS = 20_000;
const RETRY_MS = 1_000;
const PATH = "/api/v1/conversations";

/**
 * A customer's connection without a socket, where proxies let none through: frames go as requests,
 * and what follows is waited for in long polls. Who is typing is not told this way.
 */
export function pollingAt(server: string): OpenTransport {
  return (hello, events) => {
    const polling = new Polling(server, hello.token ?? "", events);
    void polling.begin(hello.cursors ?? {});
    return polling;
  };
}

class Polling implements Transport {
  #token: string;
  readonly #events: TransportEvents;
  readonly #stop = new AbortController();
  readonly #api;
  readonly #following = new Map<string, Following>();

  constructor(server: string, token: string, events: TransportEvents) {
    this.#token = token;
    this.#events = events;
    this.#api = createApi({
      server,
      getToken: async () => this.#token,
      signal: this.#stop.signal,
    });
  }

  async begin(cursors: Record<string, number>): Promise<void> {
    try {
      const customer = await this.#customer();
      if (this.#stop.signal.aborted) return;
      this.#events.frame({
        type: "welcome",
        session: 0,
        principal: { kind: "customer", id: customer },
        at: Date.now(),
        heartbeat_ms: HEARTBEAT_MS,
        retry_ms: RETRY_MS,
      });
      for (const [conversation, after] of Object.entries(cursors)) {
        this.#follow(conversation, after);
      }
    } catch (error) {
      this.#refuse({}, error);
      this.#end();
    }
  }

  send(frame: ClientFrame): void {
    const named = {
      ref: "ref" in frame ? frame.ref : undefined,
      client_id: frame.type === "send" ? frame.client_id : undefined,
    };
    this.#answer(frame).then(
      (answer) => {
        if (!answer || this.#stop.signal.aborted) return;
        this.#events.frame({ ...answer, ...named, type: "accepted" });
      },
      (error: unknown) => {
        // What is not answered on a socket is not refused here either.
        if (named.ref !== undefined || named.client_id !== undefined) this.#refuse(named, error);
        if (isUnreachable(error)) this.#end();
      },
    );
  }

  close(): void {
    this.#stop.abort();
  }

  /** What a frame asks for, as a request. `undefined`: there is no answer. */
  async #answer(frame: ClientFrame): Promise<Partial<Accepted> | undefined> {
    const of = (rest = "") =>
      `${PATH}/${encodeURIComponent("conversation" in frame ? (frame.conversation ?? "") : "")}${rest}`;
    switch (frame.type) {
      case "start": {
        const { type: _, ref: __, ...body } = frame;
        return this.#api.post<Partial<Accepted>>(PATH, body);
      }
      case "send": {
        const { client_id, text } = frame;
        return this.#api.post<Partial<Accepted>>(of("/messages"), { client_id, text });
      }
      case "typing":
        await this.#api.post(of("/typing"), { on: frame.on });
        return undefined;
      case "mark": {
        const { delivered, read } = frame;
        await this.#api.post(of("/marks"), { delivered, read });
        return undefined;
      }
      case "history": {
        const { after, before, limit } = frame;
        return this.#api.get<{ messages: Message[] }>(
          of(`/messages${query({ after, before, limit })}`),
        );
      }
      case "list": {
        const { workstream, before, limit } = frame;
        return this.#api.get<Partial<Accepted>>(PATH + query({ workstream, before, limit }));
      }
      case "subscribe": {
        const conversation = await this.#api.get<View>(of());
        this.#follow(frame.conversation, frame.after, conversation.version);
        return { conversation };
      }
      case "unsubscribe":
        this.#following.get(frame.conversation)?.stop();
        this.#following.delete(frame.conversation);
        return {};
      case "end":
        return { conversation: await this.#api.post<View>(of("/end")) };
      case "place":
        return { place: await this.#api.get(of("/place")) };
      case "renew":
        await this.#renew(frame.token);
        return {};
      case "ping":
        await this.#customer();
        if (!this.#stop.signal.aborted) this.#events.frame({ type: "pong" });
        return undefined;
      default:
        return undefined;
    }
  }

  /** Who this is: nothing says it, so the token or a conversation does. */
  async #customer(): Promise<string> {
    const page = await this.#api.get<{ conversations: View[] }>(`${PATH}?limit=1`);
    return page.conversations[0]?.customer ?? subject(this.#token);
  }

  async #renew(token: string): Promise<void> {
    const before = this.#token;
    this.#token = token;
    try {
      await this.#customer();
    } catch (error) {
      this.#token = before;
      throw error;
    }
  }

  #follow(conversation: string, after: number, version?: number): void {
    this.#following.get(conversation)?.stop();
    const following = new Following(
      this.#api,
      conversation,
      { after, version },
      this.#stop.signal,
      {
        message: (message) => this.#events.frame({ type: "message", ...message }),
        view: (view) => this.#events.frame({ type: "conversation", conversation: view }),
        refused: (refusal) => this.#lostSight(conversation, refusal),
      },
    );
    this.#following.set(conversation, following);
    void following.run();
  }

  /** A long poll was refused. Whether it is worth going on. */
  #lostSight(conversation: string, refusal: Refusal): boolean {
    if (refusal.code === "unreachable") {
      this.#end();
      return false;
    }
    if (refusal.code === "token_expired") {
      this.#events.frame({ type: "renew", expires: Date.now() });
      return true;
    }
    if (refusal.retry) return true;
    this.#refuse({ conversation }, refusal);
    return false;
  }

  #refuse(
    named: { ref?: string; client_id?: string; conversation?: string },
    error: unknown,
  ): void {
    if (this.#stop.signal.aborted || isUnreachable(error)) return;
    const body: RefusalBody = (error as Refusal).toBody();
    this.#events.frame({ ...body, ...named, type: "refused" });
  }

  #end(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#events.ended();
  }
}

function isUnreachable(error: unknown): boolean {
  return !(error instanceof Refusal) || error.code === "unreachable";
}

function query(fields: Record<string, string | number | undefined>): string {
  const named = Object.entries(fields).filter(([, value]) => value !== undefined);
  return named.length === 0 ? "" : `?${new URLSearchParams(named as [string, string][])}`;
}

/** Whom a token is for: the subject of a JWT, or the device that the server named. */
export function subject(token: string): string {
  const device = /^lgd-([0-9a-f]{32})-/.exec(token);
  if (device) return `device:${device[1]}`;
  try {
    const claims = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(claims), (c) => c.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub);
  } catch {
    return "";
  }
}
