import type { Link } from "../link/link.js";
import type { View } from "../protocol.js";
import { Value } from "../value.js";

/** The thread tells of it as well; this is for what is shown in between. */
const AGAIN_MS = 15_000;

/** In which place the customer of a live conversation waits, asked for while they do. */
export class Places {
  readonly value = new Value<{ position: number | null; waitMs: number | null } | null>(null);
  readonly #link: Link;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version = -1;

  constructor(link: Link) {
    this.#link = link;
  }

  seen(view: View | undefined): void {
    if (view?.mode !== "live" || view.state !== "open") {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#version = -1;
      this.value.set(null);
      return;
    }
    if (view.version === this.#version) return;
    this.#version = view.version;
    void this.#ask(view.id);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#version = Number.NaN;
  }

  async #ask(conversation: string): Promise<void> {
    clearTimeout(this.#timer);
    const version = this.#version;
    try {
      const { place } = await this.#link.ask("place", { conversation });
      if (version !== this.#version || !place) return;
      const now = this.value.get();
      if (now?.position !== place.position || now.waitMs !== place.wait_ms) {
        this.value.set({ position: place.position, waitMs: place.wait_ms });
      }
    } catch {
      // Asked again below.
    }
    if (version !== this.#version) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(conversation), AGAIN_MS);
  }
}
