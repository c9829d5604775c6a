import type { Side, Typing } from "../protocol.js";
import type { Readable } from "../types.js";
import { Value } from "../value.js";

/** While somebody goes on typing, the other side is told so often. */
const AGAIN_MS = 4_000;
/** Whoever has not typed for so long has stopped. */
const STOPPED_MS = 6_000;
/** Somebody who types is shown for so long unless it is said again. */
const SHOWN_MS = 9_000;

/** Tells that this side types, seldom, and that it has stopped. */
export class TypingOut {
  #toldAt = 0;
  #stopped: ReturnType<typeof setTimeout> | undefined;
  readonly #tell: (on: boolean) => void;

  constructor(tell: (on: boolean) => void) {
    this.#tell = tell;
  }

  set(on: boolean): void {
    clearTimeout(this.#stopped);
    if (!on) {
      if (this.#toldAt > 0) this.#tell(false);
      this.#toldAt = 0;
      return;
    }
    this.#stopped = setTimeout(() => this.set(false), STOPPED_MS);
    const now = Date.now();
    if (now - this.#toldAt < AGAIN_MS) return;
    this.#toldAt = now;
    this.#tell(true);
  }

  /** What was typed has been sent: that says it all. */
  sent(): void {
    clearTimeout(this.#stopped);
    this.#toldAt = 0;
  }
}

/** Who is typing on the other end. */
export class TypingIn {
  readonly #value = new Value<{ side: Side; agent?: string } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get value(): Readable<{ side: Side; agent?: string } | null> {
    return this.#value;
  }

  heard({ side, agent, on }: Typing): void {
    const now = this.#value.get();
    if (!on) {
      if (now?.side === side && now.agent === agent) this.clear();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.clear(), SHOWN_MS);
    if (now?.side === side && now.agent === agent) return;
    this.#value.set(agent === undefined ? { side } : { side, agent });
  }

  /** A message of theirs: it is what was typed. */
  wrote(side: string, agent?: string): void {
    const now = this.#value.get();
    if (now?.side === side && now.agent === agent) this.clear();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#value.set(null);
  }
}
