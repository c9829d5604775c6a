import type { View } from "../protocol.js";
import type { Offer } from "../types.js";
import { Value } from "../value.js";

/** What is put before this agent, the most urgent first, until it is over. */
export class Offers {
  readonly value = new Value<readonly Offer[]>([]);
  /** The server's clock. */
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  put(offer: Offer): void {
    const others = this.value.get().filter((o) => o.view.id !== offer.view.id);
    this.#set([...others, offer].sort((a, b) => a.deadline - b.deadline));
  }

  /** It was taken, withdrawn, or answered here. */
  ended(conversation: string): void {
    const rest = this.value.get().filter((o) => o.view.id !== conversation);
    if (rest.length !== this.value.get().length) this.#set(rest);
  }

  /** A newer view says whether it is still offered to the agent. */
  seen(view: View, agent: string): void {
    const offer = this.value.get().find((o) => o.view.id === view.id);
    if (!offer || view.version < offer.view.version) return;
    if (!offeredTo(view, agent)) this.ended(view.id);
  }

  clear(): void {
    this.#set([]);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #set(offers: readonly Offer[]): void {
    this.value.set(offers);
    clearTimeout(this.#timer);
    const first = offers[0];
    if (!first) return;
    // The server says when an offer is over; this is for when that gets lost.
    const left = first.deadline - this.#now() + 1_500;
    this.#timer = setTimeout(() => this.#set(this.#open()), Math.max(left, 0));
  }

  #open(): readonly Offer[] {
    return this.value.get().filter((o) => o.deadline + 1_000 > this.#now());
  }
}

/** Whether an agent is to accept or reject a conversation now. */
export function offeredTo(view: View, agent: string): boolean {
  if (view.state !== "active") return false;
  return view.transfer_to === agent || (view.agent === agent && !view.accepted);
}
