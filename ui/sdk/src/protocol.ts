/**
 * What travels between a client and the server, as `docs/protocol.md` describes it: the things that
 * frames and answers are made of, and every frame. Times are milliseconds since 1970-01-01T00:00:00Z.
 */

export type State = "open" | "active" | "waiting" | "wrap_up" | "closed";
export type Mode = "persistent" | "live";
export type Presence = "available" | "busy" | "do_not_disturb" | "away" | "offline";
export type Role = "agent" | "supervisor" | "admin";
export type Side = "customer" | "agent";
export type EndedBy = "agent" | "customer" | "disconnect";
export type CloseReason =
  | "finished"
  | "wrap_up_over"
  | "inactivity"
  | "customer_left"
  | "forced"
  | "overflow"
  | "timeout_rule"
  | "merged"
  | "erased";
export type SystemKind =
  | "greeting"
  | "agent_assigned"
  | "agent_joined"
  | "agent_left"
  | "transferred"
  | "agent_ended"
  | "ended_by_system"
  | "outside_hours"
  | "holiday"
  | "queue_position"
  | "next_in_line"
  | "average_wait"
  | "customer_disconnected"
  | "customer_reconnected"
  | "agent_returned"
  | "reminder";

/** How far one side has the thread. Marks never go back. */
export interface Marks {
  delivered: number;
  read: number;
}

export interface Consultant {
  agent: string;
  /** `invited` reads along and writes notes; `joined` writes to the customer as well. */
  role: "invited" | "joined";
}

/** A conversation as its participants see it. The highest `version` wins. */
export interface View {
  id: string;
  version: number;
  state: State;
  mode: Mode;
  workstream: string;
  customer: string;
  /** Who has it; customers see it once the agent has accepted. */
  agent?: string;
  accepted: boolean;
  last_seq: number;
  customer_marks: Marks;
  agent_marks: Marks;
  created_at: number;
  /** The last message or change of state. */
  activity_at: number;
  queued_at: number;
  ended_by?: EndedBy;
  closed?: CloseReason;
  // What follows is for the company alone.
  /** The customer's name, if the context says one. */
  name?: string;
  queue?: string;
  offer_deadline?: number;
  transfer_to?: string;
  waiting_for?: string;
  last_agent?: string;
  /** The number of the last private note; 0: there is none. */
  last_note?: number;
  tags?: string[];
  subject?: string;
  consultants?: Consultant[];
  transfer_reason?: string;
}

/** A view in a list. */
export interface Item extends View {
  /** How long the customer had been waiting for an agent when the list was made. */
  wait_ms?: number;
  /** Since when the customer has been waiting for an agent (in `watch` frames). */
  waiting_since?: number;
  /** Units of capacity that it holds. */
  units?: number;
  priority?: number;
}

export interface Author {
  kind: "customer" | "agent" | "system";
  agent?: string;
  /** The name that customers see. */
  name?: string;
  system?: SystemKind;
}

export interface Message {
  conversation: string;
  /** Gap-free in a conversation, from 1. Order is this, never the time. */
  seq: number;
  at: number;
  author: Author;
  /** The sender's name for it; system messages have none. */
  client_id?: string;
  text: string;
}

/** A private note of the company. */
export interface Note {
  conversation: string;
  number: number;
  at: number;
  by: string;
  client_id: string;
  text: string;
  private_to?: string;
}

export interface AgentInfo {
  id: string;
  display_name: string;
  presence: Presence;
  connections: number;
  capacity: number;
  load: number;
  /** Conversations that hold units of theirs. */
  conversations: string[];
  role?: Role;
  enabled?: boolean;
}

export interface Queue {
  id: string;
  waiting: number;
  longest_since?: number;
}

export interface Floor {
  agents: AgentInfo[];
  queues: Queue[];
  /** Open, active and in wrap-up. */
  conversations: number;
}

export interface QuickReply {
  id: string;
  title: string;
  /** Ready to be sent: asked for with a conversation. */
  text?: string;
  /** As written, by language: asked for without one. */
  texts?: Record<string, string>;
  queues: string[];
}

export interface Place {
  position: number | null;
  wait_ms: number | null;
}

export interface Principal {
  kind: Side;
  id: string;
  role?: Role;
}

/** Why something was refused: a stable code, a sentence for people, and whether to try again. */
export interface RefusalBody {
  code: string;
  message: string;
  retry: boolean;
  retry_after_ms?: number;
  taken_by?: string;
  opens_at?: number;
  problems?: unknown[];
  /** The path of the page of the code. */
  help: string;
}

/**
 * What `watch` shows: everything at once in its answer, later only what changed. Put in what
 * `conversations`, `agents` and `queues` have, then take out what is gone.
 */
export interface WatchState {
  conversations?: Item[];
  gone?: string[];
  agents?: AgentInfo[];
  gone_agents?: string[];
  queues?: Queue[];
  gone_queues?: string[];
  /** What follows is there already, and comes at once. */
  more?: boolean;
}

export type Watched = "queues" | "floor";

// Frames of clients.

/** Fields of a `start`. Either `workstream` or `widget`; `text` needs `client_id`. */
export interface StartFields {
  workstream?: string;
  widget?: string;
  locale?: string;
  context?: Record<string, string>;
  client_id?: string;
  text?: string;
}

export interface ListFields {
  states?: State[];
  workstream?: string;
  before?: string;
  limit?: number;
  mine?: boolean;
  queue?: string;
  agent?: string;
  customer?: string;
  tag?: string;
  text?: string;
}

interface On {
  conversation: string;
}

export interface HistoryFields extends On {
  after?: number;
  before?: number;
  limit?: number;
}

/** By frame type: its fields, without `type` and `ref`. Each of these is answered. */
export interface ClientRequests {
  start: StartFields;
  subscribe: On & { after: number };
  unsubscribe: On;
  history: HistoryFields;
  view: On;
  list: ListFields;
  mark: On & { delivered?: number; read?: number };
  end: On;
  presence: { presence: Presence };
  me: Record<never, never>;
  quick_replies: { conversation?: string };
  accept: On;
  reject: On;
  pick: On;
  reopen: On;
  park: On;
  release: On;
  finish: On;
  explain: On & { after?: number; limit?: number };
  transfer: On & { agent?: string; queue?: string; reason?: string };
  note: On & { client_id: string; text: string; private_to?: string };
  notes: On & { after?: number; limit?: number };
  tag: On & { add?: string[]; remove?: string[] };
  subject: On & { subject: string };
  consult: On & { agent: string };
  consult_add: On & { agent: string };
  consult_end: On & { agent?: string };
  assign: On & { agent: string };
  force_close: On;
  floor: Record<never, never>;
  place: On;
  renew: { token: string };
  watch: { what: Watched };
  unwatch: { what: Watched };
}

type Requested = { [K in keyof ClientRequests]: { type: K; ref: string } & ClientRequests[K] };

export type ClientFrame =
  | {
      type: "hello";
      token?: string;
      cursors?: Record<string, number>;
      credit?: number;
      echo?: boolean;
    }
  | { type: "send"; conversation: string; client_id: string; text: string }
  | { type: "typing"; conversation: string; on: boolean }
  | { type: "mark"; conversation: string; delivered?: number; read?: number; ref?: string }
  | { type: "credit"; conversation: string; n: number }
  | { type: "ping"; ref?: string }
  | Requested[keyof Requested];

// Frames of the server.

export interface Welcome {
  type: "welcome";
  session: number;
  principal: Principal;
  at: number;
  heartbeat_ms: number;
  /** The base of the jitter before a reconnect. */
  retry_ms: number;
  /** Customers: when the token runs out. */
  expires?: number;
}

/** The answer to a request; which fields it has depends on what was asked. */
export interface Accepted {
  type: "accepted";
  ref?: string;
  client_id?: string;
  conversation?: View;
  created?: boolean;
  seq?: number;
  at?: number;
  repeated?: boolean;
  messages?: Message[];
  last_seq?: number;
  conversations?: Item[];
  next?: string;
  agent?: AgentInfo;
  floor?: Floor;
  journal?: import("./journal.js").JournalEntry[];
  more?: boolean;
  marks?: Marks;
  number?: number;
  notes?: Note[];
  last_number?: number;
  place?: Place;
  quick_replies?: QuickReply[];
  expires?: number;
  watch?: WatchState;
}

export interface Refused extends RefusalBody {
  type: "refused";
  ref?: string;
  client_id?: string;
  conversation?: string;
}

export interface Typing {
  conversation: string;
  side: Side;
  agent?: string;
  on: boolean;
}

export interface OfferFrame {
  conversation: View;
  deadline: number;
  returning: boolean;
  transfer: boolean;
  reason?: string;
}

export type ServerFrame =
  | Welcome
  | Accepted
  | Refused
  | ({ type: "message" } & Message)
  | { type: "conversation"; conversation: View }
  | ({ type: "typing" } & Typing)
  | ({ type: "offer" } & OfferFrame)
  | { type: "offer_ended"; conversation: string; taken: boolean }
  | { type: "assigned"; conversation: View }
  | { type: "customer_returned"; conversation: string; customer: string }
  | ({ type: "note" } & Note)
  | { type: "consult"; conversation: View }
  | { type: "consult_ended"; conversation: string }
  | { type: "presence"; presence: Presence }
  | { type: "pong"; ref?: string }
  | { type: "renew"; expires: number }
  | { type: "goaway"; retry_ms: number }
  | ({ type: "watch"; what: Watched } & WatchState);
