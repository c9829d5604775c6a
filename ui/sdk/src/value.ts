import type { Readable } from "./types.js";

/** A value that changes, and tells whoever listens. */
export class Value<T> implements Readable<T> {
  #value: T;
  #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  // Bound, so that they can be passed on by themselves.
  readonly get = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    // Wrapped: the same function may listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Resolves as soon as the value is as wanted. */
export function until<T>(value: Readable<T>, wanted: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    const look = () => {
      const now = value.get();
      if (!wanted(now)) return false;
      stop?.();
      resolve(now);
      return true;
    };
    if (!look()) stop = value.subscribe(look);
  });
}
