/** A client that is in whichever state is wanted, without a server: for looking at states. */

import type {
  Connection,
  CustomerClient,
  CustomerOptions,
  Readable,
  Refusal,
  Thread,
  ThreadMessage,
  View,
  WidgetInfo,
} from "@linger/sdk";

export class Cell<T> implements Readable<T> {
  #listeners = new Set<() => void>();
  constructor(public value: T) {}
  get = () => this.value;
  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  set(value: T) {
    this.value = value;
    for (const listener of this.#listeners) listener();
  }
}

export const HOUR = 3_600_000;

export const info: WidgetInfo = {
  id: "shop",
  company: "Casa Lume",
  workstream: "support",
  mode: "persistent",
  enabled: true,
  locale: "en",
  title: "Casa Lume",
  accent: "#a1451f",
  position: "end",
  pre_chat: [],
  offline: { title: "", text: "" },
  open: true,
  device_identity: true,
  authentication: false,
};

export function view(given: Partial<View> = {}): View {
  return {
    id: "02",
    version: 1,
    state: "active",
    mode: "persistent",
    workstream: "support",
    customer: "maria",
    agent: "anna",
    accepted: true,
    last_seq: 0,
    customer_marks: { delivered: 0, read: 0 },
    agent_marks: { delivered: 0, read: 0 },
    created_at: Date.now(),
    activity_at: Date.now(),
    queued_at: Date.now(),
    ...given,
  };
}

type Line = Partial<ThreadMessage> & { text: string };

export const anna = { kind: "agent" as const, agent: "anna", name: "Anna Castro" };

export function messages(id: string, lines: Line[], end = Date.now()): ThreadMessage[] {
  return lines.map((line, n) => ({
    key: `${id}:${n + 1}`,
    seq: line.delivery === "waiting" || line.delivery === "refused" ? undefined : n + 1,
    at: end - (lines.length - n) * 40_000,
    author: line.mine ? { kind: "customer" } : anna,
    mine: false,
    ...line,
  }));
}

export class FakeThread implements Thread {
  id: string;
  view: Cell<View>;
  messages: Cell<readonly ThreadMessage[]>;
  typing = new Cell<{ side: "customer" | "agent"; agent?: string } | null>(null);
  earlier = new Cell<"more" | "loading" | "none">("none");
  refusal = new Cell<Refusal | null>(null);
  /** Pages that come when what was before is asked for, the last one first. */
  pages: ThreadMessage[][] = [];

  constructor(given: View, lines: readonly ThreadMessage[]) {
    this.id = given.id;
    this.view = new Cell(given);
    this.messages = new Cell(lines);
  }
  async loadEarlier() {
    const page = this.pages.pop();
    if (!page || this.earlier.get() !== "more") return;
    this.earlier.set("loading");
    await new Promise((done) => setTimeout(done, 30));
    this.messages.set([...page, ...this.messages.get()]);
    this.earlier.set(this.pages.length ? "more" : "none");
  }
  send(text: string) {
    const seq = (this.messages.get().findLast((m) => m.seq)?.seq ?? 0) + 1;
    const message: ThreadMessage = {
      key: `own:${seq}`,
      seq,
      at: Date.now(),
      author: { kind: "customer" },
      text,
      mine: true,
      delivery: "sent",
    };
    this.messages.set([...this.messages.get(), message]);
  }
  answer(text: string) {
    const seq = (this.messages.get().findLast((m) => m.seq)?.seq ?? 0) + 1;
    const message = {
      key: `${this.id}:${seq}`,
      seq,
      at: Date.now(),
      author: anna,
      text,
      mine: false,
    };
    this.messages.set([...this.messages.get(), message]);
  }
  retry() {}
  discard(key: string) {
    this.messages.set(this.messages.get().filter((m) => m.key !== key));
  }
  setTyping() {}
  markRead() {}
  close() {}
}

export interface Given {
  info?: Partial<WidgetInfo>;
  connection?: Partial<Connection>;
  current?: FakeThread;
  past?: FakeThread[];
  outbox?: "durable" | "memory";
  place?: { position: number | null; waitMs: number | null };
  unread?: number;
  start?: () => Promise<Thread>;
}

export function fakeClient(given: Given): (options: CustomerOptions) => CustomerClient {
  const past = given.past ?? [];
  return () => ({
    connection: new Cell<Connection>({
      state: "online",
      transport: "socket",
      since: Date.now() - 10_000,
      ...given.connection,
    }),
    customer: new Cell<string | null>("maria"),
    widget: new Cell<WidgetInfo | null>({ ...info, ...given.info }),
    threads: new Cell(
      [...(given.current ? [given.current] : []), ...past].map((t) => t.view.get()),
    ),
    current: new Cell<Thread | null>(given.current ?? null),
    unread: new Cell(given.unread ?? 0),
    outbox: new Cell<"opening" | "durable" | "memory">(given.outbox ?? "durable"),
    place: new Cell(given.place ?? null),
    ready: new Cell(true),
    start: given.start ?? (() => new Promise<Thread>(() => {})),
    send: (text: string) => given.current?.send(text),
    earlierThreads: new Cell<"more" | "loading" | "none">("none"),
    loadEarlierThreads: async () => {},
    open: (id: string) => past.find((t) => t.id === id) as Thread,
    end: async () => {},
    linkDevice: async () => {},
    close: () => {},
  });
}
