import type { MessageKind, Mode, Workstream } from "../types";
import { STANDARD } from "./standard";

export interface MessageWords {
  kind: MessageKind;
  label: string;
  when: string;
  /** The modes in which it can be said. */
  modes: readonly Mode[];
  /** The modes in which nothing is said unless the company writes something. */
  offIn?: readonly Mode[];
  values?: readonly string[];
}

const BOTH: readonly Mode[] = ["persistent", "live"];

/** The system messages in the order in which customers meet them. */
export const MESSAGES: readonly MessageWords[] = [
  { kind: "greeting", label: "Greeting", when: "A conversation begins.", modes: BOTH },
  {
    kind: "outside_hours",
    label: "Outside hours",
    when: "The queue is closed.",
    modes: BOTH,
    values: ["opens_at"],
  },
  {
    kind: "holiday",
    label: "Holiday",
    when: "The queue is closed because of a holiday.",
    modes: BOTH,
    values: ["opens_at"],
  },
  {
    kind: "queue_position",
    label: "Position in queue",
    when: "At entering a queue, and again when it is better, at most every 30 seconds.",
    modes: ["live"],
    values: ["position"],
  },
  {
    kind: "next_in_line",
    label: "Next in line",
    when: "On becoming the first.",
    modes: ["live"],
  },
  {
    kind: "average_wait",
    label: "Average wait",
    when: "With the first position, where enough conversations were waited for lately.",
    modes: ["live"],
    values: ["wait"],
  },
  {
    kind: "agent_assigned",
    label: "Agent assigned",
    when: "An agent is being asked.",
    modes: BOTH,
    values: ["agent"],
  },
  {
    kind: "agent_joined",
    label: "Agent joined",
    when: "An agent has accepted.",
    modes: BOTH,
    values: ["agent"],
  },
  {
    kind: "agent_returned",
    label: "Agent returned",
    when: "An agent takes a conversation up again.",
    modes: ["persistent"],
    values: ["agent"],
  },
  {
    kind: "agent_left",
    label: "Agent left",
    when: "An agent parks or releases the conversation, or is gone.",
    modes: BOTH,
    values: ["agent"],
  },
  {
    kind: "transferred",
    label: "Transferred",
    when: "The conversation is passed on.",
    modes: BOTH,
  },
  {
    kind: "customer_disconnected",
    label: "Connection lost",
    when: "The customer's connection is interrupted.",
    modes: BOTH,
    offIn: ["persistent"],
  },
  {
    kind: "customer_reconnected",
    label: "Connection back",
    when: "The customer's connection is back.",
    modes: BOTH,
    offIn: ["persistent"],
  },
  {
    kind: "agent_ended",
    label: "Agent ended",
    when: "An agent ends the conversation.",
    modes: BOTH,
    values: ["agent"],
  },
  {
    kind: "ended_by_system",
    label: "Ended by the system",
    when: "A timer or overflow ends the conversation.",
    modes: BOTH,
  },
];

export const VALUES: Record<string, string> = {
  agent: "The agent's name for customers",
  queue: "The queue's name",
  customer: "The customer: the context value name, else their id",
  opens_at: "When the queue opens next",
  position: "The place in line",
  wait: "The expected wait",
  "ctx.name": "A context value, here name: from the page, a question or the token",
};

/** What can be inserted into a message of a kind. */
export function placeholdersFor(values: readonly string[] = []) {
  return [...values, "queue", "customer", "ctx.name"].map((name) => ({
    insert: `{${name}}`,
    what: VALUES[name] ?? "",
  }));
}

export const isOffByDefault = (words: MessageWords, mode: Mode) =>
  words.offIn?.includes(mode) ?? false;

/** What is said where the company wrote nothing; empty where that is nothing. */
export function standardText(words: MessageWords, mode: Mode, tag: string): string {
  if (isOffByDefault(words, mode)) return "";
  const id = words.kind.replaceAll("_", "-");
  const base = tag === "*" ? "en" : (tag.split("-")[0] ?? "en");
  const texts = STANDARD[base] ?? STANDARD.en;
  return texts?.[`${id}-${mode}`] ?? texts?.[id] ?? "";
}

/** What the mode has no such setting for; it would be refused. */
export function forMode(draft: Workstream, mode: Mode): Workstream {
  const messages = Object.fromEntries(
    Object.entries(draft.messages ?? {}).filter(
      ([kind]) => MESSAGES.find((each) => each.kind === kind)?.modes.includes(mode) ?? true,
    ),
  );
  const live = mode === "live";
  return {
    ...draft,
    mode,
    keep_same_agent: !live,
    stickiness: live ? undefined : draft.stickiness,
    timeout_rules: live ? undefined : draft.timeout_rules,
    device_identity: live ? undefined : draft.device_identity,
    messages,
    // Their defaults are others in the other mode.
    timers: { ...draft.timers, open_idle_close: undefined, wrap_up_limit: undefined },
  };
}
