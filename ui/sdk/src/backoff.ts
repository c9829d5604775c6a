/** The longest wait between two attempts. */
export const WAIT_MAX_MS = 30_000;

/**
 * How long to wait before connecting again. After a restart every client comes back; full jitter
 * spreads them over the whole interval, so that they do not come in waves.
 */
export class Backoff {
  #base = 1_000;
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The next wait is short again, on the base that the server asks for. */
  reset(base: number = this.#base): void {
    this.#base = Math.min(Math.max(base, 1), WAIT_MAX_MS);
    this.#failures = 0;
  }

  /** Anything up to the base, doubled with each failure. */
  next(): number {
    const ceiling = Math.min(this.#base * 2 ** Math.min(this.#failures, 16), WAIT_MAX_MS);
    this.#failures += 1;
    return Math.round(this.#random() * ceiling);
  }
}
