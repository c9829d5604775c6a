import type { Marks } from "../protocol.js";

/** Marks that come close together go as one. */
const COALESCE_MS = 150;

/** The marks of this side: never back, several as one, and again after a lost connection. */
export class Marking {
  #wanted: Marks = { delivered: 0, read: 0 };
  #told: Marks = { delivered: 0, read: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tell: (marks: Partial<Marks>) => boolean;

  /** `tell` answers whether there was a connection. */
  constructor(tell: (marks: Partial<Marks>) => boolean) {
    this.#tell = tell;
  }

  get read(): number {
    return this.#wanted.read;
  }

  delivered(seq: number): void {
    if (seq > this.#wanted.delivered) this.#want(seq, 0);
  }

  readTo(seq: number): void {
    if (seq > this.#wanted.read) this.#want(seq, seq);
  }

  /** What the server has. */
  known(marks: Marks): void {
    this.#told = greatest(this.#told, marks);
    this.#wanted = greatest(this.#wanted, marks);
  }

  /** The connection was lost, and what was told perhaps with it: the server says what it has. */
  lost(known: Marks): void {
    this.#told = known;
  }

  /** Tells what the server does not have. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const marks: Partial<Marks> = {};
    if (this.#wanted.delivered > this.#told.delivered) marks.delivered = this.#wanted.delivered;
    if (this.#wanted.read > this.#told.read) marks.read = this.#wanted.read;
    if (marks.delivered === undefined && marks.read === undefined) return;
    if (this.#tell(marks)) this.#told = greatest(this.#told, this.#wanted);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #want(delivered: number, read: number): void {
    this.#wanted = greatest(this.#wanted, { delivered, read });
    this.#timer ??= setTimeout(() => this.flush(), COALESCE_MS);
  }
}

function greatest(a: Marks, b: Marks): Marks {
  return { delivered: Math.max(a.delivered, b.delivered), read: Math.max(a.read, b.read) };
}
