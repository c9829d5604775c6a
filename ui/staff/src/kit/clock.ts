import type { Readable } from "@linger/sdk";

let source: () => number = Date.now;

/** Times of the server are compared with the server's clock once there is a connection. */
export function setClock(clock: () => number): void {
  source = clock;
}

export const now = () => source();

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(Date.now() / 1000);

/**
 * One tick a second for everything that shows a running time; it stops while nothing does.
 * Readers compare what they show, so a tick costs a comparison each and renders only what changed.
 */
export const seconds: Readable<number> = {
  get: () => second,
  subscribe(listener) {
    listeners.add(listener);
    timer ??= setInterval(() => {
      second = Math.floor(now() / 1000);
      for (const each of [...listeners]) each();
    }, 1000);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  },
};
