import type { Refusal } from "../refusal.js";
import type { Thread } from "../types.js";

interface Waiter {
  asked: string;
  promise: Promise<Thread>;
  resolve(thread: Thread): void;
  reject(refusal: Refusal): void;
}

/** Whoever waits for a start to be durable. The same start, asked for twice, is one. */
export class Waiters {
  readonly #waiters = new Map<string, Waiter>();

  /** `add` puts the start into the outbox and answers its id. */
  wait(asked: string, add: () => string): Promise<Thread> {
    for (const waiter of this.#waiters.values()) {
      if (waiter.asked === asked) return waiter.promise;
    }
    const id = add();
    const waiter = { asked } as Waiter;
    waiter.promise = new Promise((resolve, reject) => Object.assign(waiter, { resolve, reject }));
    this.#waiters.set(id, waiter);
    return waiter.promise;
  }

  done(id: string, thread: () => Thread): void {
    this.#take(id)?.resolve(thread());
  }

  /** Whether somebody waited for it. */
  refused(id: string, refusal: Refusal): boolean {
    const waiter = this.#take(id);
    waiter?.reject(refusal);
    return waiter !== undefined;
  }

  #take(id: string): Waiter | undefined {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    return waiter;
  }
}
