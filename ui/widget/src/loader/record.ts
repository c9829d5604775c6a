/** What the loader keeps in the browser of the visitor, in the storage of the host page. */

import type { Look } from "../shared/messages";

export interface Kept {
  /** There is a conversation to come back to. */
  known?: boolean;
  look?: Look;
  /** When the look was asked for. */
  at?: number;
}

export function openRecord(widget: string): { get(): Kept; put(change: Kept): void } {
  const key = `linger:${widget}`;
  let kept: Kept = {};
  try {
    kept = (JSON.parse(localStorage.getItem(key) ?? "{}") as Kept | null) ?? {};
  } catch {
    // No storage, or not ours: everything works without.
  }
  return {
    get: () => kept,
    put(change) {
      kept = { ...kept, ...change };
      try {
        localStorage.setItem(key, JSON.stringify(kept));
      } catch {
        // As above.
      }
    },
  };
}
