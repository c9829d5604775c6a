import type { Message } from "../protocol.js";

/**
 * A part of a thread without a gap and without a duplicate, whatever comes in whichever order. Pure.
 * It begins after a message and grows at both ends; what comes ahead of a gap waits until the gap
 * is filled.
 */
export class Window {
  #messages: readonly Message[] = [];
  #ahead = new Map<number, Message>();
  /** The number before the first message. */
  #before: number;

  constructor(after = 0) {
    this.#before = after;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The number that the first message has, or will have. */
  get first(): number {
    return this.#before + 1;
  }

  get last(): number {
    return this.#before + this.#messages.length;
  }

  /** Whether something has come ahead of what is missing. */
  get gap(): boolean {
    return this.#ahead.size > 0;
  }

  /** Takes in a message. Answers what the window has grown by. */
  append(message: Message): readonly Message[] {
    if (message.seq <= this.last) return [];
    this.#ahead.set(message.seq, message);
    const next: Message[] = [];
    for (let seq = this.last + 1; ; seq += 1) {
      const found = this.#ahead.get(seq);
      if (!found) break;
      this.#ahead.delete(seq);
      next.push(found);
    }
    if (next.length > 0) this.#messages = [...this.#messages, ...next];
    return next;
  }

  /** Takes in a page that ends before the window. */
  prepend(page: readonly Message[]): void {
    const earlier: Message[] = [];
    for (const message of [...page].sort((a, b) => b.seq - a.seq)) {
      if (message.seq === this.#before - earlier.length) earlier.unshift(message);
    }
    if (earlier.length === 0) return;
    this.#messages = [...earlier, ...this.#messages];
    this.#before -= earlier.length;
  }
}
