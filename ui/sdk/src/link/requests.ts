import type { Accepted, ClientFrame, ClientRequests, Refused } from "../protocol.js";
import { Refusal, unreachable } from "../refusal.js";

/** Answers that the server works on longer; it takes four of them at a time from one socket. */
const HEAVY = new Set<string>(["history", "list", "notes", "explain", "watch"]);
const HEAVY_MAX = 4;
/** The server takes 64 requests at a time from one socket. */
const ASKED_MAX = 48;
/** A larger frame would end the connection, and come again with the next one. */
const FRAME_BYTES_MAX = 64 * 1024;
/** A request that finds no connection waits so long for one. */
const PATIENCE_MS = 15_000;
/** An answer that does not come within this time is not waited for. */
const ANSWER_MS = 30_000;

interface Request {
  key: string;
  heavy: boolean;
  frame: ClientFrame;
  resolve(answer: Accepted): void;
  reject(refusal: Refusal): void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Requests and their answers, told apart by `ref` (messages: by their client id), never more at a
 * time than the server takes.
 */
export class Requests {
  #waiting: Request[] = [];
  #asked = new Map<string, Request>();
  #refs = 0;
  readonly #transmit: (frame: ClientFrame) => boolean;

  /** `transmit` answers whether there was a connection to send on. */
  constructor(transmit: (frame: ClientFrame) => boolean) {
    this.#transmit = transmit;
  }

  ask<K extends keyof ClientRequests>(type: K, fields: ClientRequests[K]): Promise<Accepted> {
    this.#refs += 1;
    const ref = `r${this.#refs}`;
    return this.#add(ref, HEAVY.has(type), { ...fields, type, ref } as ClientFrame);
  }

  send(conversation: string, clientId: string, text: string): Promise<Accepted> {
    const frame = { type: "send" as const, conversation, client_id: clientId, text };
    return this.#add(`m${conversation}${clientId}`, false, frame);
  }

  /** Whether the frame answered a request. */
  answered(frame: Accepted | Refused): boolean {
    const key = frame.ref ?? this.#sent(frame);
    const request = key === undefined ? undefined : this.#asked.get(key);
    if (!request) return false;
    this.#forget(request);
    if (frame.type === "accepted") request.resolve(frame);
    else request.reject(new Refusal(frame));
    this.flush();
    return true;
  }

  /** Sends what has been waiting for the connection, or for other answers. */
  flush(): void {
    for (const request of [...this.#waiting]) {
      if (this.#asked.size >= ASKED_MAX || (request.heavy && this.#heavies() >= HEAVY_MAX))
        continue;
      if (!this.#transmit(request.frame)) return;
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
      this.#asked.set(request.key, request);
      clearTimeout(request.timer);
      request.timer = setTimeout(() => this.#give(request), ANSWER_MS);
    }
  }

  /** The connection is gone: what was on its way may or may not have been done. */
  lost(): void {
    for (const request of [...this.#asked.values()]) this.#give(request);
  }

  /** Nothing will be answered any more. */
  close(): void {
    for (const request of [...this.#waiting, ...this.#asked.values()]) this.#give(request);
  }

  #add(key: string, heavy: boolean, frame: ClientFrame): Promise<Accepted> {
    if (tooLarge(frame)) return Promise.reject(frameTooLarge());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#give(request), PATIENCE_MS);
      const request: Request = { key, heavy, frame, resolve, reject, timer };
      this.#waiting.push(request);
      this.flush();
    });
  }

  #heavies(): number {
    let heavies = 0;
    for (const request of this.#asked.values()) if (request.heavy) heavies += 1;
    return heavies;
  }

  /** Which message was answered: its client id names it, and `accepted` names no conversation. */
  #sent(frame: Accepted | Refused): string | undefined {
    const { client_id } = frame;
    if (client_id === undefined) return undefined;
    for (const key of this.#asked.keys()) if (key.endsWith(client_id)) return key;
    return undefined;
  }

  #give(request: Request): void {
    this.#forget(request);
    request.reject(unreachable());
  }

  #forget(request: Request): void {
    clearTimeout(request.timer);
    this.#asked.delete(request.key);
    const waits = this.#waiting.indexOf(request);
    if (waits >= 0) this.#waiting.splice(waits, 1);
  }
}

function tooLarge(frame: ClientFrame): boolean {
  const text = JSON.stringify(frame);
  // No character has more than three bytes for each unit of its length.
  if (text.length * 3 <= FRAME_BYTES_MAX) return false;
  return new TextEncoder().encode(text).length > FRAME_BYTES_MAX;
}

function frameTooLarge(): Refusal {
  return new Refusal({
    code: "frame_too_large",
    message: "This is more than can be sent at once; shorten it.",
    retry: false,
    help: "/docs/errors#frame_too_large",
  });
}
