import type { Link } from "../link/link.js";
import type { View } from "../protocol.js";
import { Value } from "../value.js";

const PAGE = 50;

/** Whether nothing can be written into it any more: what the customer writes begins a new one. */
export function over(view: View): boolean {
  return view.state === "wrap_up" || view.state === "closed";
}

/** The customer's own conversations, newest first. */
export class Threads {
  readonly views = new Value<readonly View[]>([]);
  readonly earlier = new Value<"more" | "loading" | "none">("none");
  /** They have been asked for since the connection was opened. */
  loaded = false;
  /** Those of other widgets are none of this client's. */
  workstream: string | undefined;
  #next: string | undefined;

  /** The newest; it may be over. */
  get newest(): View | undefined {
    return this.views.get()[0];
  }

  /** Asks for the newest ones. Those known before stay. */
  async load(link: Link): Promise<void> {
    const first = !this.loaded;
    const page = await link.ask("list", { workstream: this.workstream, limit: PAGE });
    if (first) {
      this.#next = page.next;
      this.earlier.set(page.next ? "more" : "none");
    }
    this.loaded = true;
    this.take(page.conversations ?? []);
  }

  async loadEarlier(link: Link): Promise<void> {
    if (this.earlier.get() !== "more") return;
    this.earlier.set("loading");
    try {
      const page = await link.ask("list", {
        workstream: this.workstream,
        limit: PAGE,
        before: this.#next,
      });
      this.#next = page.next;
      this.take(page.conversations ?? []);
    } catch {
      // It says `more` again, and whoever wants it asks again.
    } finally {
      this.earlier.set(this.#next ? "more" : "none");
    }
  }

  /** Takes in views; of two of the same conversation the newer one holds. */
  take(views: readonly View[]): void {
    const known = new Map(this.views.get().map((v) => [v.id, v]));
    let changed = false;
    for (const view of views) {
      const was = known.get(view.id);
      if (was ? was.version >= view.version : !this.#belongs(view)) continue;
      known.set(view.id, view);
      changed = true;
    }
    if (!changed) return;
    // Ids sort by age.
    this.views.set([...known.values()].sort((a, b) => (a.id < b.id ? 1 : -1)));
  }

  #belongs(view: View): boolean {
    return this.workstream === undefined || view.workstream === this.workstream;
  }

  /** Somebody else is signed in. */
  clear(): void {
    this.loaded = false;
    this.#next = undefined;
    this.earlier.set("none");
    this.views.set([]);
  }
}
