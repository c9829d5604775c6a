import type { Link } from "../link/link.js";
import type { View } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { CustomerOptions } from "../types.js";
import type { Entry } from "./entry.js";
import type { Outcome } from "./outbox.js";

/** The wait after a refusal that names none. */
const AGAIN_MS = 2_000;
/** Refused for now, but nobody waits for hours: the user is told. */
const TOLD = new Set(["outside_hours"]);

/** What a refusal means for what waits in the outbox. */
function refusedOutcome(link: Link, refusal: unknown): Outcome {
  // No answer: it goes again with the next connection.
  if (!(refusal instanceof Refusal) || refusal.code === "unreachable") return "held";
  if (refusal.code === "token_expired") {
    // Everything is kept until there is a new token; other tabs may have one.
    link.expire();
    return { again: 0, refusal };
  }
  if (refusal.retry && !TOLD.has(refusal.code)) {
    return { again: refusal.retryAfterMs ?? AGAIN_MS, refusal };
  }
  return { refused: refusal };
}

/** Sends a message into a conversation. */
export async function deliverMessage(link: Link, entry: Entry): Promise<Outcome> {
  try {
    const { seq, at } = await link.send(entry.conversation, entry.id, entry.text ?? "");
    return { settled: { conversation: entry.conversation, seq, at: at ?? entry.at } };
  } catch (refusal) {
    return refusedOutcome(link, refusal);
  }
}

/** Starts a conversation, or writes into the one that goes on: the server knows. */
export async function deliverStart(
  link: Link,
  entry: Entry,
  options: CustomerOptions,
  started: (view: View) => void,
): Promise<Outcome> {
  try {
    const answer = await link.ask("start", {
      widget: options.widget,
      locale: entry.start?.locale ?? options.locale,
      context: { ...options.context, ...entry.start?.context },
      client_id: entry.id,
      text: entry.text,
    });
    const view = answer.conversation as View;
    started(view);
    return { settled: { conversation: view.id, seq: answer.seq, at: view.activity_at } };
  } catch (refusal) {
    return refusedOutcome(link, refusal);
  }
}

/** The conversation has ended, or is not there any more: what was written begins a new one. */
export function begins(outcome: Outcome): boolean {
  return (
    typeof outcome === "object" &&
    "refused" in outcome &&
    ["closed", "not_found"].includes(outcome.refused.code)
  );
}
