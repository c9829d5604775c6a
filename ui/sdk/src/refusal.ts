import type { RefusalBody } from "./protocol.js";

/** What the server refused, in its own words; or what kept a request from reaching it. */
export class Refusal extends Error {
  override name = "Refusal";
  /** The stable code; match on this. `unreachable` is the client's own: no answer came. */
  code: string;
  /** Whether the same may succeed later. */
  retry: boolean;
  retryAfterMs?: number;
  takenBy?: string;
  opensAt?: number;
  /** The path of the page that explains the code. */
  help: string;
  problems?: unknown[];

  constructor(body: RefusalBody) {
    super(body.message);
    this.code = body.code;
    this.retry = body.retry;
    this.help = body.help;
    if (body.retry_after_ms !== undefined) this.retryAfterMs = body.retry_after_ms;
    if (body.taken_by !== undefined) this.takenBy = body.taken_by;
    if (body.opens_at !== undefined) this.opensAt = body.opens_at;
    if (body.problems?.length) this.problems = body.problems;
  }

  toBody(): RefusalBody {
    return {
      code: this.code,
      message: this.message,
      retry: this.retry,
      help: this.help,
      retry_after_ms: this.retryAfterMs,
      taken_by: this.takenBy,
      opens_at: this.opensAt,
      problems: this.problems,
    };
  }
}

/** No answer came. The request may or may not have been done. */
export function unreachable(message = "The server cannot be reached; check the connection.") {
  return new Refusal({ code: "unreachable", message, retry: true, help: "/docs/errors" });
}
