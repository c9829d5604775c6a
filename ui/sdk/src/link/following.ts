import type { Message, View } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { Api } from "../types.js";

const WAIT_S = 25;
/** Between two polls after one was refused for now. */
const AGAIN_MS = 2_000;

interface Events {
  message(message: Message): void;
  view(view: View): void;
  /** Whether to go on. */
  refused(refusal: Refusal): boolean;
}

/** Long polls of one conversation, one after the other. */
export class Following {
  readonly #api: Api;
  readonly #path: string;
  readonly #seen: { after: number; version?: number };
  readonly #signal: AbortSignal;
  readonly #events: Events;
  #stopped = false;

  constructor(
    api: Api,
    conversation: string,
    seen: { after: number; version?: number },
    signal: AbortSignal,
    events: Events,
  ) {
    this.#api = api;
    this.#path = `/api/v1/conversations/${encodeURIComponent(conversation)}`;
    this.#seen = { ...seen };
    this.#signal = signal;
    this.#events = events;
  }

  async run(): Promise<void> {
    while (this.#goesOn) {
      try {
        if (this.#seen.version === undefined) this.#saw(await this.#api.get<View>(this.#path));
        else await this.#wait(this.#seen.version);
      } catch (error) {
        if (!this.#goesOn) return;
        const refusal = error instanceof Refusal ? error : undefined;
        if (!refusal || !this.#events.refused(refusal)) return;
        await new Promise((resolve) => setTimeout(resolve, refusal.retryAfterMs ?? AGAIN_MS));
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  get #goesOn(): boolean {
    return !this.#stopped && !this.#signal.aborted;
  }

  async #wait(version: number): Promise<void> {
    const query = `after=${this.#seen.after}&version=${version}&wait=${WAIT_S}`;
    const answer = await this.#api.get<{ messages: Message[]; conversation: View }>(
      `${this.#path}/events?${query}`,
    );
    if (!this.#goesOn) return;
    for (const message of answer.messages) {
      this.#seen.after = Math.max(this.#seen.after, message.seq);
      this.#events.message(message);
    }
    if (answer.conversation.version !== version) this.#saw(answer.conversation);
  }

  #saw(view: View): void {
    if (!this.#goesOn) return;
    this.#seen.version = view.version;
    this.#events.view(view);
  }
}
