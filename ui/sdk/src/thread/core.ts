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
  /** The server sends what comes. */
  #subscribed = false;
  /** The server has said that it does not (any more). */
  #barred = false;
  #filling = false;
  #opening: Promise<void> | null = null;
  #closed = false;
  #showing: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, host: ThreadHost, view: View = unknownView(id)) {
    this.id = id;
    this.#host = host;
    this.view = new Value(view);
    this.#typingOut = new TypingOut((on) => {
      if (id !== "") host.link.post({ type: "typing", conversation: id, on });
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
    return this.#barred ? undefined : this.#window?.last;
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
    } catch {
      // It says `more` again, and whoever wants it asks again.
    } finally {
      this.earlier.set(window.first > 1 ? "more" : "none");
    }
    this.#show();
  }

  /** There is a connection. Conversations with a cursor are followed already. */
  async online(): Promise<void> {
    if (this.id === "" || this.#closed || this.#subscribed) return;
    if (this.#opening) {
      await this.#opening;
      return;
    }
    if (this.cursor === undefined) {
      await this.#open();
      return;
    }
    this.#subscribed = true;
    this.#marking.lost(this.#ownMarks());
  }

  offline(): void {
    this.#subscribed = false;
    this.typingIn.clear();
  }

  seenView(view: View): void {
    if (view.version < this.view.get().version) return;
    this.view.set(view);
    // Whoever is told of it may follow it (again).
    if (!this.#subscribed && this.#host.link.online) void this.online();
    this.#marking.known(this.#ownMarks());
    this.#marking.flush();
    this.#show();
    this.#host.changed(view);
  }

  seenMessage(message: Message): void {
    const window = this.#window;
    if (!window) return;
    const grown = window.append(message);
    if (grown.length === 0) {
      if (window.gap) void this.#fill(window);
      return;
    }
    for (const one of grown) this.#arrived(one);
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
    this.#barred = true;
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
    if (this.#subscribed && this.#host.link.online) this.#unsubscribe();
  }

  #ownMarks() {
    const view = this.view.get();
    return this.#host.side === "customer" ? view.customer_marks : view.agent_marks;
  }

  /** The last page, and then what follows it as it comes. */
  #open(): Promise<void> {
    this.#opening ??= this.#follow().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #follow(): Promise<void> {
    const { link } = this.#host;
    const conversation = this.id;
    try {
      const window = this.#window ?? (await this.#lastPage());
      if (this.#closed) return;
      this.#window = window;
      this.#barred = false;
      this.earlier.set(window.first > 1 ? "more" : "none");
      // What follows may come together with the answer, so the window is there before it.
      const answer = await link.ask("subscribe", { conversation, after: window.last });
      if (this.#closed) {
        this.#unsubscribe();
        return;
      }
      this.#subscribed = true;
      this.refusal.set(null);
      for (const message of window.messages) this.#arrived(message);
      if (answer.conversation) this.seenView(answer.conversation);
      this.#show();
    } catch (error) {
      this.#failed(error);
    }
  }

  #unsubscribe(): void {
    this.#host.link.ask("unsubscribe", { conversation: this.id }).catch(() => {});
  }

  async #lastPage(): Promise<Window> {
    const fields = { conversation: this.id, before: END, limit: PAGE };
    const { messages = [] } = await this.#host.link.ask("history", fields);
    const window = new Window((messages[0]?.seq ?? 1) - 1);
    for (const message of messages) window.append(message);
    return window;
  }

  #failed(error: unknown): void {
    if (!(error instanceof Refusal) || this.#closed) return;
    if (!error.retry) {
      this.ended(error);
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
    if (this.#filling) return;
    this.#filling = true;
    try {
      const page = await this.#host.link.ask("history", {
        conversation: this.id,
        after: window.last,
        limit: PAGE,
      });
      for (const message of page.messages ?? []) this.seenMessage(message);
    } catch {
      // The next connection begins after the last message without a gap.
    } finally {
      this.#filling = false;
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
