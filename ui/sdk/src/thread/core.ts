import type { Link } from "../link/link.js";
import type { Entry } from "../outbox/entry.js";
import type { Outbox } from "../outbox/outbox.js";
import type { Author, Message, Side, Typing, View } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { Thread, ThreadMessage } from "../types.js";
import { Value } from "../value.js";
import { Marking } from "./marks.js";
import { shownMessages } from "./shown.js";
import { TypingIn, TypingOut } from "./typing.js";
import { Window } from "./window.js";

const PAGE = 50;
/** Beyond every message: a page before it is the last one. */
const END = Number.MAX_SAFE_INTEGER;
const AGAIN_MS = 2_000;

/** What a thread needs of the client that it belongs to. */
export interface ThreadHost {
  link: Link;
  outbox: Outbox;
  side: Side;
  /** As whom this client writes. */
  author(): Author;
  mine(author: Author): boolean;
  /** Whether the marks of this side are this client's to set. */
  marks(view: View): boolean;
  /** Whether what waits is for this conversation. */
  belongs(entry: Entry, conversation: string): boolean;
  /** Something about the thread has changed. */
  changed(view: View): void;
}

/** One conversation that is followed: its window, what waits for it, marks and typing. */
export class ThreadCore {
  readonly id: string;
  readonly view: Value<View>;
  readonly messages = new Value<readonly ThreadMessage[]>([]);
  readonly earlier = new Value<"more" | "loading" | "none">("none");
  readonly refusal = new Value<Refusal | null>(null);
  readonly typingIn = new TypingIn();

  readonly #host: ThreadHost;
  readonly #typingOut: TypingOut;
  readonly #marking: Marking;
  readonly #unlisten: (() => void)[];
  #window: Window | null = null;
  /** The server has been told to send what comes. */
  #subscribed = false;
  #opening = false;
  #closed = false;
  #showing: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, host: ThreadHost, view: View = unknownView(id)) {
    this.id = id;
    this.#host = host;
    this.view = new Value(view);
    this.#typingOut = new TypingOut((on) => {
      host.link.post({ type: "typing", conversation: id, on });
    });
    this.#marking = new Marking(
      (marks) =>
        host.marks(this.view.get()) && host.link.post({ type: "mark", conversation: id, ...marks }),
    );
    const show = () => this.#show();
    this.#unlisten = [host.outbox.entries.subscribe(show), host.outbox.settled.subscribe(show)];
    this.#show();
  }

  /** For `hello`: the server follows from here by itself. */
  get cursor(): number | undefined {
    return this.#window?.last;
  }

  /** Messages of the other side that have not been read. */
  get unread(): number {
    const view = this.view.get();
    const own = this.#host.side === "customer" ? view.customer_marks : view.agent_marks;
    const read = Math.max(own.read, this.#marking.read);
    const other = this.#host.side === "customer" ? "agent" : "customer";
    const messages = this.#window?.messages ?? [];
    return messages.filter((m) => m.seq > read && m.author.kind === other).length;
  }

  handle(release: () => void): Thread {
    let open = true;
    return {
      id: this.id,
      view: this.view,
      messages: this.messages,
      typing: this.typingIn.value,
      earlier: this.earlier,
      refusal: this.refusal,
      loadEarlier: () => this.loadEarlier(),
      send: (text) => this.send(text),
      retry: (key) => this.#host.outbox.retry(key),
      discard: (key) => this.#host.outbox.discard(key),
      setTyping: (on) => this.#typingOut.set(on),
      markRead: (seq = this.#window?.last ?? 0) => {
        this.#marking.readTo(Math.min(seq, this.#window?.last ?? 0));
        this.#host.changed(this.view.get());
      },
      close: () => {
        if (open) release();
        open = false;
      },
    };
  }

  send(text: string): void {
    if (text === "") return;
    this.#typingOut.sent();
    this.#host.outbox.add({ conversation: this.id, text });
    this.#show();
  }

  async loadEarlier(): Promise<void> {
    const window = this.#window;
    if (!window || this.earlier.get() !== "more") return;
    this.earlier.set("loading");
    try {
      const page = await this.#host.link.ask("history", {
        conversation: this.id,
        before: window.first,
        limit: PAGE,
      });
      window.prepend(page.messages ?? []);
    } finally {
      this.earlier.set(window.first > 1 ? "more" : "none");
    }
    this.#show();
  }

  /** There is a connection. Conversations with a cursor are followed already. */
  async online(): Promise<void> {
    if (this.id === "" || this.#closed) return;
    if (this.#window) {
      this.#subscribed = true;
      this.#marking.lost(this.#ownMarks());
      return;
    }
    await this.#open();
  }

  offline(): void {
    this.#subscribed = false;
    this.typingIn.clear();
  }

  seenView(view: View): void {
    if (view.version < this.view.get().version) return;
    this.view.set(view);
    this.refusal.set(null);
    this.#marking.known(this.#ownMarks());
    this.#marking.flush();
    this.#show();
    this.#host.changed(view);
  }

  seenMessage(message: Message): void {
    const window = this.#window;
    if (!window) return;
    if (!window.append(message)) {
      if (window.gap) void this.#fill(window);
      return;
    }
    this.#arrived(message);
    // Several that come at once are shown at once.
    this.#showing ??= setTimeout(() => this.#show());
  }

  seenTyping(typing: Typing): void {
    const own = typing.side === "agent" && typing.agent === this.#host.author().agent;
    if (typing.side !== this.#host.side || (typing.side === "agent" && !own)) {
      this.typingIn.heard(typing);
    }
  }

  /** The server shows it no longer. */
  ended(refusal: Refusal): void {
    this.#subscribed = false;
    this.#window = null;
    this.refusal.set(refusal);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#unlisten) stop();
    clearTimeout(this.#showing);
    clearTimeout(this.#again);
    this.#typingOut.set(false);
    this.#marking.flush();
    this.#marking.close();
    this.typingIn.clear();
    if (this.#subscribed && this.#host.link.online) {
      this.#host.link.ask("unsubscribe", { conversation: this.id }).catch(() => {});
    }
  }

  #ownMarks() {
    const view = this.view.get();
    return this.#host.side === "customer" ? view.customer_marks : view.agent_marks;
  }

  /** The last page, and then what follows it as it comes. */
  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    const { link } = this.#host;
    const conversation = this.id;
    try {
      const page = await link.ask("history", { conversation, before: END, limit: PAGE });
      const messages = page.messages ?? [];
      const window = new Window((messages[0]?.seq ?? 1) - 1);
      for (const message of messages) window.append(message);
      const answer = await link.ask("subscribe", { conversation, after: window.last });
      if (this.#closed) return;
      this.#window = window;
      this.#subscribed = true;
      this.earlier.set(window.first > 1 ? "more" : "none");
      for (const message of messages) this.#arrived(message);
      if (answer.conversation) this.seenView(answer.conversation);
      this.#show();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#opening = false;
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof Refusal) || this.#closed) return;
    if (!error.retry) {
      this.refusal.set(error);
      return;
    }
    clearTimeout(this.#again);
    // Without a connection the next one opens it.
    this.#again = setTimeout(() => {
      if (this.#host.link.online) void this.#open();
    }, error.retryAfterMs ?? AGAIN_MS);
  }

  /** The server leaves no gap; if there is one all the same, it is asked for. */
  async #fill(window: Window): Promise<void> {
    try {
      const page = await this.#host.link.ask("history", {
        conversation: this.id,
        after: window.last,
        limit: PAGE,
      });
      for (const message of page.messages ?? []) this.seenMessage(message);
    } catch {
      // The next connection begins after the last message without a gap.
    }
  }

  #arrived(message: Message): void {
    const { author, client_id, seq } = message;
    if (this.#host.mine(author)) {
      if (client_id) this.#host.outbox.seen(client_id, this.id, seq, message.at);
      return;
    }
    this.typingIn.wrote(author.kind, author.agent);
    this.#marking.delivered(seq);
  }

  #show(): void {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    const window = this.#window;
    const { outbox } = this.#host;
    if (window) {
      outbox.shown((s) => s.conversation === this.id && (s.seq ?? 0) <= window.last);
    }
    const shown = shownMessages(this.messages.get(), {
      id: this.id,
      window: window?.messages ?? [],
      entries: outbox.entries.get().filter((e) => this.#host.belongs(e, this.id)),
      settled: outbox.settled.get().filter((s) => s.conversation === this.id),
      delays: outbox.delays,
      author: this.#host.author(),
      mine: (author) => this.#host.mine(author),
      other:
        this.#host.side === "customer"
          ? this.view.get().agent_marks
          : this.view.get().customer_marks,
    });
    this.messages.set(shown);
    this.#host.changed(this.view.get());
  }
}

/** What is shown of a conversation until the server has said more. Its version is 0. */
export function unknownView(id: string): View {
  const none = { delivered: 0, read: 0 };
  const now = Date.now();
  return {
    id,
    version: 0,
    state: "open",
    mode: "persistent",
    workstream: "",
    customer: "",
    accepted: false,
    last_seq: 0,
    customer_marks: none,
    agent_marks: none,
    created_at: now,
    activity_at: now,
    queued_at: now,
  };
}
