import type { AgentEvents } from "../types.js";

type Listener<K extends keyof AgentEvents> = (event: AgentEvents[K]) => void;

/** Who listens to what. */
export class Events {
  readonly #listeners = new Map<keyof AgentEvents, Set<Listener<never>>>();

  on<K extends keyof AgentEvents>(event: K, listener: Listener<K>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    const own: Listener<K> = (e) => listener(e);
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }

  tell<K extends keyof AgentEvents>(event: K, told: AgentEvents[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      (listener as Listener<K>)(told);
    }
  }
}
