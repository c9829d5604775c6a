/** What users of the package hold in their hands. */

import type { WidgetInfo } from "./bodies.js";
import type { JournalEntry } from "./journal.js";
import type {
  AgentInfo,
  Author,
  ClientRequests,
  Floor,
  Item,
  Marks,
  Message,
  Note,
  Place,
  Presence,
  QuickReply,
  View,
  Watched,
  WatchState,
} from "./protocol.js";
import type { Refusal } from "./refusal.js";

/** A value that changes. `get` answers the same object until it changes. */
export interface Readable<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

export interface Connection {
  /** `idle`: a device that has not written yet; nothing is asked of the server for it. */
  state: "idle" | "connecting" | "online" | "offline" | "signed_out";
  transport: "socket" | "poll";
  /** Since when it has been in this state. */
  since: number;
  /** Why it is not online, in the server's words. */
  refusal?: Refusal;
}

/** `waiting`: in the outbox; `sent`: durable at the server. */
export type Delivery = "waiting" | "sent" | "delivered" | "read" | "refused";

export interface ThreadMessage {
  /** Stable for as long as the message is shown: the client id, or the conversation and the number. */
  key: string;
  seq?: number;
  clientId?: string;
  at: number;
  author: Author;
  text: string;
  mine: boolean;
  /** Of own messages. */
  delivery?: Delivery;
  /** Why it was refused, or why it waits. */
  refusal?: Refusal;
}

export interface Thread {
  id: string;
  view: Readable<View>;
  /** A window of the thread without a gap, then what is in the outbox. */
  messages: Readable<readonly ThreadMessage[]>;
  typing: Readable<{ side: "customer" | "agent"; agent?: string } | null>;
  earlier: Readable<"more" | "loading" | "none">;
  /** Set when the thread cannot be followed (any more): what the server says. */
  refusal: Readable<Refusal | null>;
  /** Never rejects: where it fails, `earlier` says `more` again. */
  loadEarlier(): Promise<void>;
  send(text: string): void;
  /** Sends a refused message again. */
  retry(key: string): void;
  /** Forgets a message that has not been sent. */
  discard(key: string): void;
  /** Tells the other side that somebody types; ends by itself. */
  setTyping(on: boolean): void;
  /** Everything up to `seq` (left out: to the end of the window) has been read. */
  markRead(seq?: number): void;
  /** Stops following. */
  close(): void;
}

/** Where unsent messages are: `memory` does not outlive the page. */
export type OutboxStorage = "opening" | "durable" | "memory";

export interface CustomerOptions {
  /** Origin of the server; left out: the page's own. */
  server?: string;
  widget: string;
  /** Gets a signed token of the customer. Left out: the customer is known by their device. */
  getToken?: () => Promise<string>;
  locale?: string;
  /** Goes along with every conversation that is started. */
  context?: Record<string, string>;
  /** Namespace of what is kept in the browser. */
  storage?: string;
}

export interface CustomerClient {
  connection: Readable<Connection>;
  customer: Readable<string | null>;
  widget: Readable<WidgetInfo | null>;
  /** Whether `threads` and `current` are known, and not only empty so far. */
  ready: Readable<boolean>;
  /** Own conversations of the widget's workstream, newest first. */
  threads: Readable<readonly View[]>;
  /** The one that is not over, followed. Its `view.id` is empty as long as it exists here only. */
  current: Readable<Thread | null>;
  /** Messages of the other side that have not been read. */
  unread: Readable<number>;
  outbox: Readable<OutboxStorage>;
  /** Answers once the conversation is durable at the server. Safe to repeat. */
  start(context: Record<string, string>, text?: string): Promise<Thread>;
  /** Into the current conversation; starts one if there is none. */
  send(text: string): void;
  /** Whether there are older conversations than those in `threads`. */
  earlierThreads: Readable<"more" | "loading" | "none">;
  loadEarlierThreads(): Promise<void>;
  /** An earlier conversation, to read. */
  open(conversation: string): Thread;
  /** In which place the customer waits (live). */
  place: Readable<{ position: number | null; waitMs: number | null } | null>;
  /** Ends a live conversation. */
  end(): Promise<void>;
  /** The conversations that this device had before the customer signed in become theirs. */
  linkDevice(): Promise<void>;
  close(): void;
}

export interface Offer {
  view: View;
  /** By the clock of the server. */
  deadline: number;
  returning: boolean;
  transfer: boolean;
  reason?: string;
}

interface Answers {
  list: { conversations: Item[]; next?: string };
  history: { messages: Message[]; last_seq: number };
  me: { agent: AgentInfo };
  presence: { agent?: AgentInfo };
  quick_replies: { quick_replies: QuickReply[] };
  explain: { journal: JournalEntry[]; more: boolean };
  note: { number: number; at: number; repeated: boolean };
  notes: { notes: Note[]; last_number: number };
  mark: { marks: Marks };
  floor: { floor: Floor };
  place: { place: Place };
  watch: { watch: WatchState };
  unwatch: Record<never, never>;
}

type AgentRequestType = Exclude<
  keyof ClientRequests,
  "start" | "renew" | "subscribe" | "unsubscribe"
>;

/** What an agent asks, and the fields of the `accepted` frame that answers it. */
export type AgentRequests = {
  [K in AgentRequestType]: {
    fields: ClientRequests[K];
    answer: K extends keyof Answers ? Answers[K] : { conversation: View };
  };
};

/** What happens on an agent's connection. */
export interface AgentEvents {
  /** Welcomed: at first and after each reconnect. Whoever watches asks again. */
  online: { at: number; reconnected: boolean };
  offline: { refusal?: Refusal };
  offer: Offer;
  offer_ended: { conversation: string; taken: boolean };
  assigned: { conversation: View };
  conversation: { conversation: View };
  message: Message;
  customer_returned: { conversation: string; customer: string };
  note: Note;
  consult: { conversation: View };
  consult_ended: { conversation: string };
  presence: { presence: Presence };
  watch: { what: Watched } & WatchState;
  /** The server ends something that nobody asked about now: a watch whose role is lost. */
  refused: { refusal: Refusal };
  /** A followed conversation may not be seen any more. */
  unfollowed: { conversation: string; refusal: Refusal };
}

export interface AgentClient {
  connection: Readable<Connection>;
  me: Readable<AgentInfo | null>;
  presence: Readable<Presence | null>;
  /** What is put before this agent now. */
  offers: Readable<readonly Offer[]>;
  outbox: Readable<OutboxStorage>;
  /** The server's clock, now. Count deadlines down with it. */
  now(): number;
  /** One frame, one answer. Rejects with a {@link Refusal}. */
  request<K extends keyof AgentRequests>(
    type: K,
    fields: AgentRequests[K]["fields"],
  ): Promise<AgentRequests[K]["answer"]>;
  /** Follows a conversation until the thread is closed. */
  open(conversation: string): Thread;
  on<K extends keyof AgentEvents>(event: K, listener: (event: AgentEvents[K]) => void): () => void;
  close(): void;
}

export interface AgentOptions {
  /** Origin of the server; left out: the page's own. */
  server?: string;
  /** Gets a token. Left out: the page is signed in by its cookie. */
  getToken?: () => Promise<string>;
  /** Namespace of what is kept in the browser. */
  storage?: string;
}

export interface ApiOptions {
  /** Origin of the server; left out: the page's own. */
  server?: string;
  /** Gets a token. Left out: the page's cookie goes along. */
  getToken?: () => Promise<string>;
  /** Ends every request. */
  signal?: AbortSignal;
}

export interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
  delete<T>(path: string): Promise<T>;
  request<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ body: T; etag: string | null; status: number }>;
}
