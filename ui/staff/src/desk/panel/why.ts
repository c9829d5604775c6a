import type { Explanation, JournalEntry, JournalEvent, Rule, RuledOut } from "@linger/sdk";
import { formatDuration } from "../../kit/format";
import type { Names } from "../names";

/** The recorded reasons of an assignment, in plain words. */

type Chosen = Extract<JournalEvent, { explanation: Explanation }>;

export interface Decision {
  at: number;
  agent: string;
  /** Offered, or assigned at once. */
  offered: boolean;
  title: string;
  rule: string;
  waited: string;
  by: string | null;
  reason: string | null;
  overCapacity: boolean;
  considered: { agent: string; result: string; chosen: boolean }[];
  more: number;
  outcome: string | null;
}

const RULES: Record<Rule, string> = {
  sticky: "It came back to whoever had it before: customers keep their agent here.",
  sticky_anyway:
    "It came back to whoever had it before, over their capacity: the workstream says to assign it anyway.",
  highest_capacity: "The queue takes the agent with the most free capacity.",
  round_robin: "The queue takes its agents in turn.",
  least_active: "The queue takes the agent who has had nothing new for the longest time.",
  pick: "It was picked from the queue.",
  reopen: "It was reopened by the agent who had parked it.",
  transfer: "It was transferred by a colleague.",
  supervisor_assign: "A supervisor assigned it.",
};

const RULED_OUT: Record<RuledOut, string> = {
  presence: "their presence does not allow it",
  capacity: "no free capacity",
  sessions: "as many conversations as one may have",
  declined: "had declined it",
  disabled: "switched off",
  method: "could have taken it; somebody else came first by the rule",
};

const isChoice = (event: JournalEvent): event is Chosen =>
  event.type === "offered" || event.type === "assigned" || event.type === "transfer_offered";

/** Every decision about who gets it, newest first. */
export function decisions(entries: readonly JournalEntry[], names: Names): Decision[] {
  const found: Decision[] = [];
  for (const { at, event } of entries) {
    if (isChoice(event)) found.unshift(decision(at, event, names));
    const last = found[0];
    if (!last || last.outcome) continue;
    if (event.type === "accepted" || event.type === "transfer_accepted") last.outcome = "Accepted.";
    if (event.type === "declined" || event.type === "transfer_declined") {
      last.outcome = {
        rejected: "Rejected.",
        timed_out: "Not answered in time.",
        withdrawn: "Withdrawn before an answer.",
      }[event.reason];
    }
  }
  return found;
}

function decision(at: number, event: Chosen, names: Names): Decision {
  const { explanation } = event;
  const who = names.agent(event.agent);
  const queue = explanation.queue ? ` from ${names.queue(explanation.queue)}` : "";
  const offered = event.type !== "assigned";
  return {
    at,
    agent: event.agent,
    offered,
    title: offered ? `Offered to ${who}${queue}` : `Given to ${who}${queue}`,
    rule: RULES[explanation.rule],
    waited:
      explanation.waited_ms < 1000
        ? "Nobody had to wait."
        : `The customer had waited ${formatDuration(explanation.waited_ms)}.`,
    by: event.by ? names.agent(event.by) : null,
    reason: event.reason,
    overCapacity: event.over_capacity,
    considered: explanation.considered.map((each) => ({
      agent: names.agent(each.agent),
      result: each.ruled_out ? RULED_OUT[each.ruled_out] : "chosen",
      chosen: each.ruled_out === null,
    })),
    more: explanation.more,
    outcome: offered ? null : "",
  };
}

/** One line for an offer. */
export function inShort(entries: readonly JournalEntry[], names: Names): string {
  const last = decisions(entries, names)[0];
  if (!last) return "";
  const others = last.considered.filter((each) => !each.chosen).length + last.more;
  const looked =
    others > 0 ? ` ${others} ${others === 1 ? "other was" : "others were"} looked at.` : "";
  return `${last.by ? `By ${last.by}. ` : ""}${last.rule} ${last.waited}${looked}`;
}

/** What the customer's page and the pre-chat said at the start. */
export function contextOf(entries: readonly JournalEntry[]): [string, string][] {
  for (const { event } of entries) {
    if (event.type === "started") return Object.entries(event.context ?? {});
  }
  return [];
}
