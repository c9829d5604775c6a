import { Link } from "../link/link.js";
import { socketAt } from "../link/socket.js";
import { deliverMessage } from "../outbox/deliver.js";
import type { Entry } from "../outbox/entry.js";
import { Outbox } from "../outbox/outbox.js";
import type { AgentInfo, Author, Presence, ServerFrame, View, Welcome } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { ThreadHost } from "../thread/core.js";
import { Cores } from "../thread/cores.js";
import { cookie, given, type Tokens } from "../tokens.js";
import type { AgentOptions, AgentRequests } from "../types.js";
import { Value } from "../value.js";
import { Events } from "./events.js";
import { Offers, offeredTo } from "./offers.js";

/** Several changes that come at once ask once how the agent stands. */
const ME_MS = 250;

/** Requests after which the offer is no longer before this agent. */
const ANSWERS = new Set<string>(["accept", "reject"]);

/** What an agent's client is made of. */
export class Agent implements ThreadHost {
  readonly side = "agent";
  readonly me = new Value<AgentInfo | null>(null);
  readonly presence = new Value<Presence | null>(null);
  readonly events = new Events();
  readonly outbox: Outbox;
  readonly link: Link;
  readonly cores: Cores;
  readonly offers: Offers;
  readonly #tokens: Tokens;
  #id: string | null = null;
  #asking: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AgentOptions, server: string) {
    this.#tokens = options.getToken ? given(options.getToken) : cookie;
    this.outbox = new Outbox(`linger:agent:${options.storage ?? "default"}:${server}`, {
      owner: () => this.#id,
      ready: () => this.link.online && !this.link.expired,
      deliver: (entry) => deliverMessage(this.link, entry),
      settled: () => {},
    });
    this.link = new Link(
      {
        renewable: this.#tokens.renewable,
        token: (fresh) => this.#tokens.token(fresh),
        cursors: () => this.cores.cursors(),
        welcomed: (welcome, reconnected) => void this.#welcomed(welcome, reconnected),
        renewed: () => this.outbox.drain(),
        frame: (frame) => this.#took(frame),
        lost: (refusal) => this.#lost(refusal),
      },
      socketAt(`${server}/ws/agent`),
    );
    this.offers = new Offers(() => this.link.now());
    this.cores = new Cores(this);
  }

  author(): Author {
    const me = this.me.get();
    return { kind: "agent", agent: this.#id ?? undefined, name: me?.display_name };
  }

  mine(author: Author): boolean {
    return author.kind === "agent" && author.agent === this.#id;
  }

  /** The marks of the company are set by whoever has the conversation. */
  marks(view: View): boolean {
    return view.agent === this.#id && view.accepted && view.state !== "closed";
  }

  belongs(entry: Entry, conversation: string): boolean {
    return entry.conversation === conversation;
  }

  changed(): void {}

  async request<K extends keyof AgentRequests>(
    type: K,
    fields: AgentRequests[K]["fields"],
  ): Promise<AgentRequests[K]["answer"]> {
    const answer = await this.link.ask(type, fields as never);
    if (answer.agent) this.#know(answer.agent);
    if (answer.conversation) this.#seen(answer.conversation);
    if (ANSWERS.has(type)) this.offers.ended((fields as { conversation: string }).conversation);
    return answer as unknown as AgentRequests[K]["answer"];
  }

  close(): void {
    clearTimeout(this.#asking);
    this.offers.close();
    this.cores.close();
    this.outbox.close();
    this.link.close();
  }

  async #welcomed({ principal, at }: Welcome, reconnected: boolean): Promise<void> {
    if (this.#id !== principal.id) {
      if (this.#id !== null) this.cores.close();
      this.#id = principal.id;
      void this.outbox.signedIn(principal.id);
    }
    this.events.tell("online", { at, reconnected });
    this.outbox.drain();
    void this.cores.online();
    void this.#askMe();
    await this.#findOffers();
  }

  #lost(refusal?: Refusal): void {
    this.cores.offline();
    this.offers.clear();
    clearTimeout(this.#asking);
    this.events.tell("offline", { refusal });
  }

  #took(frame: ServerFrame): void {
    this.cores.took(frame);
    switch (frame.type) {
      case "offer": {
        const { conversation: view, deadline, returning, transfer, reason } = frame;
        const offer = { view, deadline, returning, transfer, reason };
        this.offers.put(offer);
        this.events.tell("offer", offer);
        break;
      }
      case "offer_ended":
        this.offers.ended(frame.conversation);
        this.events.tell("offer_ended", frame);
        break;
      case "assigned":
        this.#seen(frame.conversation);
        this.#askMeSoon();
        this.events.tell("assigned", frame);
        break;
      case "conversation":
        this.#seen(frame.conversation);
        this.events.tell("conversation", frame);
        break;
      case "presence":
        this.presence.set(frame.presence);
        this.#askMeSoon();
        this.events.tell("presence", frame);
        break;
      case "refused": {
        const refusal = new Refusal(frame);
        const { conversation } = frame;
        if (conversation) this.events.tell("unfollowed", { conversation, refusal });
        else this.events.tell("refused", { refusal });
        break;
      }
      case "consult":
        this.#seen(frame.conversation);
        this.events.tell("consult", frame);
        break;
      case "message":
      case "customer_returned":
      case "note":
      case "consult_ended":
      case "watch":
        this.events.tell(frame.type, frame as never);
        break;
    }
  }

  #seen(view: View): void {
    this.cores.get(view.id)?.seenView(view);
    if (this.#id) this.offers.seen(view, this.#id);
  }

  #know(agent: AgentInfo): void {
    if (agent.id !== this.#id) return;
    this.me.set(agent);
    this.presence.set(agent.presence);
  }

  #askMeSoon(): void {
    this.#asking ??= setTimeout(() => void this.#askMe(), ME_MS);
  }

  async #askMe(): Promise<void> {
    clearTimeout(this.#asking);
    this.#asking = undefined;
    try {
      const { agent } = await this.link.ask("me", {});
      if (agent) this.#know(agent);
    } catch {
      // Asked again with the next change or connection.
    }
  }

  /** Offers that were made before this connection: the lists have them. */
  async #findOffers(): Promise<void> {
    try {
      const page = await this.link.ask("list", { states: ["active"], mine: true, limit: 250 });
      for (const view of page.conversations ?? []) {
        if (!this.#id || !offeredTo(view, this.#id) || view.offer_deadline === undefined) continue;
        if (this.offers.value.get().some((o) => o.view.id === view.id)) continue;
        this.offers.put({
          view,
          deadline: view.offer_deadline,
          returning: view.last_agent === this.#id && view.transfer_to === undefined,
          transfer: view.transfer_to === this.#id,
          reason: view.transfer_reason,
        });
      }
    } catch {
      // The next connection looks again.
    }
  }
}
