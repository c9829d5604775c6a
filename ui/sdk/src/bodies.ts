/** Bodies of HTTP answers that are no frames. */

import type { Item, Mode, Presence, Role, State, View } from "./protocol.js";

/** `GET /api/v1/widgets/{id}`: what a widget shows, in the asked language. */
export interface WidgetInfo {
  id: string;
  company: string;
  workstream: string;
  mode: Mode;
  enabled: boolean;
  locale: string;
  title: string;
  accent?: string;
  position: "start" | "end";
  pre_chat: PreChatQuestion[];
  offline: { title: string; text: string };
  open: boolean;
  opens_at?: number;
  device_identity: boolean;
  authentication: boolean;
}

export interface PreChatQuestion {
  key: string;
  label: string;
  kind: "text" | "long_text" | "email" | "choice";
  required: boolean;
  options?: { value: string; label: string }[];
}

/** `GET /api/v1/company`: for pickers. */
export interface Company {
  name: string;
  agents: {
    id: string;
    display_name: string;
    role: Role;
    presence: Presence;
    enabled: boolean;
  }[];
  queues: { id: string; name: string; members: string[] }[];
  workstreams: {
    id: string;
    name: string;
    mode: Mode;
    distribution: "push" | "pick";
    wrap_up: "block" | "release" | "release_after";
    wrap_up_ms?: number;
  }[];
  widgets: { id: string; workstream: string }[];
}

/** What happened to a workstream in one step of time. */
export interface StatisticsCounts {
  started: number;
  returned: number;
  assigned: number;
  wait_ms_sum: number;
  ended: number;
  closed: number;
  parked: number;
  declined: number;
  customer_messages: number;
  agent_messages: number;
  /** How many waited at its end; left out where nobody looked. */
  waiting_end?: number;
}

/** `GET /api/v1/statistics`. */
export interface Statistics {
  step_ms: number;
  buckets: { at: number; workstreams: Record<string, StatisticsCounts> }[];
}

/** `GET /api/v1/conversations`. `next` is `before` of the following page. */
export interface ListBody {
  conversations: Item[];
  next?: string;
}

/** `GET /api/v1/conversations/counts`. */
export interface Counts {
  states: { state: State; count: number }[];
  more: boolean;
  queues: { id: string; waiting: number; longest_wait_ms?: number }[];
}

/** `POST /api/v1/conversations/bulk`. */
export interface BulkReport {
  done: number;
  refused: number;
  report: {
    id: string;
    ok: boolean;
    state?: State;
    code?: string;
    message?: string;
    retry?: boolean;
    help?: string;
  }[];
}

/** `POST /api/v1/conversations`. */
export interface Started {
  conversation: View;
  created: boolean;
  seq?: number;
}

/** `POST /api/v1/devices` and `…/renew`. */
export interface DeviceToken {
  token: string;
  customer: string;
  expires: number;
}

/** `POST /api/v1/devices/link`; without `conversations` they are on their way. */
export interface LinkedDevice {
  customer: string;
  conversations?: number;
}

/** `GET /api/v1/auth/session` and the answer of `…/sign-in`. */
export interface SignedIn {
  agent: string;
  role: Role;
  kind: "session" | "secret" | "api_key";
  session?: string;
  ends_at?: number;
  idle_ms?: number;
  must_enrol: boolean;
  token?: string;
}

/** `GET /api/v1/auth/sessions`. */
export interface Session {
  session: string;
  since: number;
  used: number;
  proof: "password" | "password_and_code" | "password_and_recovery_code" | "provider";
  cookie: boolean;
  current: boolean;
}

/** `GET /api/v1/audit`. */
export interface AuditRecord {
  seq: number;
  at: number;
  who: string;
  from?: string;
  what: string;
  object?: string;
  details?: unknown;
  change?: unknown;
}
