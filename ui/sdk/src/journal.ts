/** The journal of a conversation, which `explain` answers: every event with its time, and why. */

import type { CloseReason, EndedBy, Mode, Side, SystemKind } from "./protocol.js";

export type Rule =
  | "sticky"
  | "sticky_anyway"
  | "highest_capacity"
  | "round_robin"
  | "least_active"
  | "pick"
  | "reopen"
  | "transfer"
  | "supervisor_assign";

export type RuledOut = "presence" | "capacity" | "sessions" | "declined" | "disabled" | "method";

/** Why this agent, who else was looked at, and what ruled each out. */
export interface Explanation {
  rule: Rule;
  queue: string | null;
  waited_ms: number;
  considered: { agent: string; ruled_out: RuledOut | null }[];
  /** How many more were looked at. */
  more: number;
}

/** The agent to come back to, and until when the conversation waits for them (null: for ever). */
export interface Returning {
  agent: string;
  since: number;
  until: number | null;
}

type DeclineReason = "rejected" | "timed_out" | "withdrawn";

interface Choice {
  agent: string;
  units: number;
  over_capacity: boolean;
  explanation: Explanation;
  reason: string | null;
}

export type JournalEvent =
  | {
      type: "started";
      customer: string;
      workstream: string;
      mode: Mode;
      widget: string | null;
      locale: string;
      context: Record<string, string>;
      queue: string;
      route: unknown;
      priority: number;
      prefer: Returning | null;
      client_id: string | null;
    }
  | {
      type: "posted";
      seq: number;
      author: { kind: "customer" | "agent" | "system"; agent?: string; system?: SystemKind };
      client_id: string | null;
      text: string;
    }
  | { type: "returned"; sticky: Returning | null }
  | {
      type: "sticky_ended";
      reason:
        | "patience_over"
        | "agent_full"
        | "agent_absent"
        | "agent_gone"
        | "offer_declined"
        | "switched_off";
    }
  | ({ type: "offered"; deadline: number; returning: boolean; by: string | null } & Choice)
  | ({ type: "transfer_offered"; deadline: number; by: string } & Choice)
  | { type: "accepted" | "transfer_accepted"; agent: string }
  | { type: "declined" | "transfer_declined"; agent: string; reason: DeclineReason }
  | ({
      type: "assigned";
      how: "picked" | "reopened" | "auto_accepted";
      returning: boolean;
      by: string | null;
    } & Choice)
  | { type: "parked"; by: "agent" | "silence" | "timeout_rule" }
  | {
      type: "released";
      agent: string;
      reason: "released" | "absent" | "parked" | "dismissed";
      sticky: Returning | null;
    }
  | { type: "transferred_to_queue"; queue: string; by: string; reason: string | null }
  | { type: "ended"; by: EndedBy }
  | { type: "units_freed" | "customer_gone" | "customer_back" }
  | { type: "queue_moved"; queue: string }
  | { type: "linked"; customer: string; was: string }
  | { type: "closed"; reason: CloseReason; by: string | null }
  | { type: "marked"; side: Side; delivered: number; read: number }
  | {
      type: "noted";
      number: number;
      by: string;
      client_id: string;
      private_to: string | null;
    }
  | { type: "tagged"; by: string; added: string[]; removed: string[] }
  | { type: "subject_set"; by: string; subject: string }
  | { type: "consult_invited" | "consult_joined" | "consult_ended"; agent: string; by: string }
  | {
      type: "overflowed";
      from: string;
      then: "queue" | "end" | "stays";
      to: string | null;
      reason: "outside_hours" | "too_many" | "too_long";
      waiting: number | null;
      after_ms: number | null;
    }
  | { type: "silence_noted"; rule: unknown; silent: Side; after_ms: number }
  | { type: "place_told"; position: number };

export interface JournalEntry {
  position: number;
  at: number;
  event: JournalEvent;
}
