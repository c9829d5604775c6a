import type { Readable } from "@linger/sdk";

/** A value of the page itself that changes. */
export interface Value<T> extends Readable<T> {
  set(next: T): void;
}

export function value<T>(initial: T): Value<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(next) {
      if (Object.is(next, current)) return;
      current = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** A string that outlives the page. Browsers may refuse to keep anything: then it lasts as long as the page. */
export function kept(key: string, initial: string): Value<string> {
  let start = initial;
  try {
    start = localStorage.getItem(key) ?? initial;
  } catch {
    // Storage is switched off.
  }
  const inner = value(start);
  return {
    ...inner,
    set(next) {
      inner.set(next);
      try {
        localStorage.setItem(key, next);
      } catch {
        // As above.
      }
    },
  };
}
