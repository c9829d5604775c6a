import type { Readable } from "@linger/sdk";
import { type ReadonlySignal, signal } from "@preact/signals";

/** What has to be undone when a session is over. */
export class Undo {
  #steps: (() => void)[] = [];
  add(step: () => void): void {
    this.#steps.push(step);
  }
  all(): void {
    for (const step of this.#steps.splice(0).reverse()) step();
  }
}

/** A value of the SDK as a signal. */
export function mirror<T>(readable: Readable<T>, undo: Undo): ReadonlySignal<T> {
  const value = signal(readable.get());
  undo.add(
    readable.subscribe(() => {
      value.value = readable.get();
    }),
  );
  return value;
}
