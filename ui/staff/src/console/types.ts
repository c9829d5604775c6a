/** The objects of the company file, as docs/company.schema.json has them. */

export type Mode = "persistent" | "live";
export type Role = "agent" | "supervisor" | "admin";
export type Presence = "available" | "busy" | "do_not_disturb" | "away";

/** A text for every language, or a table of them by language tag (`*`: every other). */
export type Texts = string | Record<string, string>;

export type MessageKind =
  | "greeting"
  | "agent_assigned"
  | "agent_joined"
  | "agent_left"
  | "agent_returned"
  | "transferred"
  | "agent_ended"
  | "ended_by_system"
  | "outside_hours"
  | "holiday"
  | "queue_position"
  | "next_in_line"
  | "average_wait"
  | "customer_disconnected"
  | "customer_reconnected";

export type Messages = Partial<Record<MessageKind, Texts>>;

export type TestName = "any_of" | "none_of" | "contains" | "starts_with" | "present";

export interface Condition {
  key: string;
  any_of?: string[];
  none_of?: string[];
  contains?: string;
  starts_with?: string;
  present?: boolean;
}

export interface Route {
  name: string;
  queue: string;
  when?: Condition[];
}

export interface TimeoutRule {
  name: string;
  silent: "customer" | "agent";
  after: string;
  say?: Texts;
  park?: boolean;
  close?: boolean;
}

export interface Timers {
  open_idle_close?: string;
  auto_park_after?: string;
  auto_close_after?: string;
  wrap_up_limit?: string;
  disconnect_limit?: string;
  offer_deadline?: string;
}

export interface Workstream {
  name?: string;
  mode: Mode;
  default_queue: string;
  enabled?: boolean;
  locale?: string;
  distribution?: "push" | "pick";
  keep_same_agent?: boolean;
  prefer_last_agent?: boolean;
  units?: number;
  allowed_presences?: Presence[];
  auto_accept?: boolean;
  away_on_missed_offer?: boolean;
  own_choice_over_capacity?: boolean;
  wrap_up?: string;
  priority?: number;
  device_identity?: boolean;
  stickiness?: {
    when_full?: "wait" | "assign_anyway" | "queue";
    when_absent?: "wait" | "queue";
    patience?: string;
  };
  timers?: Timers;
  messages?: Messages;
  routes?: Route[];
  timeout_rules?: TimeoutRule[];
}

/** Where overflow sends: to another queue, or to an end with a message. */
export interface Target {
  queue?: string;
  end?: Texts;
}

export interface Overflow {
  outside_hours?: Target;
  too_many?: Target & { waiting: number };
  too_long?: Target & { after: string };
}

export interface Queue {
  name?: string;
  members?: string[];
  method?: "highest_capacity" | "round_robin" | "least_active";
  priority?: number;
  hours?: string;
  overflow?: Overflow;
}

export const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Day = (typeof DAYS)[number];

export type Hours = { time_zone: string; holidays?: Record<string, string[]> } & Partial<
  Record<Day, string[]>
>;

export interface Agent {
  name?: string;
  display_name?: string;
  role?: Role;
  capacity: number;
  enabled?: boolean;
  queues?: string[];
}

export type QuestionKind = "text" | "long_text" | "email" | "choice";

export interface Question {
  key: string;
  label: Texts;
  kind?: QuestionKind;
  required?: boolean;
  options?: { value: string; label?: Texts }[];
}

export interface Widget {
  workstream: string;
  enabled?: boolean;
  allowed_origins?: string[];
  authentication?: string | string[];
  locale?: string;
  look?: { title?: Texts; accent?: string; position?: "start" | "end" };
  offline?: { title?: Texts; text?: Texts };
  pre_chat?: Question[];
  messages?: Messages;
}

export interface Authentication {
  algorithm: string;
  public_key_pem?: string;
  jwks?: string;
  jwks_url?: string;
  kids?: string[];
  issuer?: string;
  audience?: string;
  leeway?: string;
  context_claims?: string[];
}

export interface QuickReply {
  title?: string;
  text: Texts;
  queues?: string[];
}

export type MaskingPlace = "customer_messages" | "agent_messages" | "notes" | "subject" | "context";
export type Where = boolean | MaskingPlace[];

export interface MaskingRule {
  name: string;
  pattern: string;
  replacement: string;
  in?: Where;
}

export interface Masking {
  card_numbers?: Where;
  email?: Where;
  rules?: MaskingRule[];
}

export interface CompanyFile {
  name: string;
  locale?: string;
  masking?: Masking;
  workstreams: Record<string, Workstream>;
  queues: Record<string, Queue>;
  hours: Record<string, Hours>;
  agents: Record<string, Agent>;
  widgets: Record<string, Widget>;
  authentication: Record<string, Authentication>;
  quick_replies?: Record<string, QuickReply>;
}

export interface Kinds {
  workstreams: Workstream;
  queues: Queue;
  hours: Hours;
  agents: Agent;
  widgets: Widget;
  authentication: Authentication;
  quick_replies: QuickReply;
}
export type Kind = keyof Kinds;
export type ObjectOf<K extends Kind> = Kinds[K];

/** The objects of a kind by id; a kind that the file leaves out has none. */
export function objectsOf<K extends Kind>(file: CompanyFile, kind: K): Record<string, ObjectOf<K>> {
  return (file[kind] ?? {}) as Record<string, ObjectOf<K>>;
}
