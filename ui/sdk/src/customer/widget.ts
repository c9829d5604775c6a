import { Backoff } from "../backoff.js";
import type { WidgetInfo } from "../bodies.js";
import { Refusal } from "../refusal.js";
import type { Api } from "../types.js";
import { Value } from "../value.js";

/** Whoever waits for the first answer waits no longer than this. */
const TRIED_MS = 5_000;

const HOUR_MS = 60 * 60_000;

/** What the widget shows, asked for until there is an answer. */
export class WidgetLoader {
  readonly value = new Value<WidgetInfo | null>(null);
  /** Why there is nothing to show. */
  readonly refusal = new Value<Refusal | null>(null);
  /** There was an answer, or there is none to be had soon. */
  readonly tried: Promise<void>;
  readonly #path: string;
  readonly #api: Api;
  readonly #backoff = new Backoff();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(api: Api, widget: string, locale: string | undefined) {
    this.#api = api;
    const query = locale ? `?locale=${encodeURIComponent(locale)}` : "";
    this.#path = `/api/v1/widgets/${encodeURIComponent(widget)}${query}`;
    let late: ReturnType<typeof setTimeout>;
    const patience = new Promise<void>((resolve) => {
      late = setTimeout(resolve, TRIED_MS);
    });
    this.tried = Promise.race([this.load(), patience]).finally(() => clearTimeout(late));
  }

  /** Asks (again): texts and hours may have changed. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const widget = await this.#api.get<WidgetInfo>(this.#path);
      if (this.#closed) return;
      this.value.set(widget);
      this.refusal.set(null);
      this.#backoff.reset();
      if (!widget.open && widget.opens_at) this.#later(widget.opens_at - Date.now());
    } catch (error) {
      if (this.#closed) return;
      if (error instanceof Refusal && !error.retry) {
        this.refusal.set(error);
        return;
      }
      this.#later(this.#backoff.next());
    }
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    // Clocks differ a little, and timers cannot be longer than some weeks.
    const wait = Math.min(Math.max(ms, 0) + 1_000, HOUR_MS);
    this.#timer = setTimeout(() => void this.load(), wait);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
