import type { AgentClient, Thread, ThreadMessage } from "@linger/sdk";
import type { DeskStore, Extra } from "./store";

interface Followed {
  thread: Thread;
  users: number;
  /** Read here, whatever the server has heard of it. */
  read: number;
  update: () => void;
  end: () => void;
}

/**
 * The threads that are followed: all of one's own, so that what is unread is right, and the one that
 * is open. A thread that two want is followed once.
 */
export class Following {
  private threads = new Map<string, Followed>();
  private own = new Set<string>();

  constructor(
    private client: AgentClient,
    private store: DeskStore,
  ) {}

  /** Follows it until `leave` is called as often. */
  join(id: string): Thread {
    let followed = this.threads.get(id);
    if (!followed) {
      const thread = this.client.open(id);
      followed = { thread, users: 0, read: 0, update: () => {}, end: () => {} };
      this.threads.set(id, followed);
      this.observe(followed);
    }
    followed.users++;
    return followed.thread;
  }

  /** Everything in the window has been seen. */
  markRead(id: string): void {
    const followed = this.threads.get(id);
    if (!followed) return;
    followed.thread.markRead();
    const last = followed.thread.messages.get().reduce((n, each) => Math.max(n, each.seq ?? 0), 0);
    if (last <= followed.read) return;
    followed.read = last;
    followed.update();
  }

  leave(id: string): void {
    const followed = this.threads.get(id);
    if (!followed) return;
    followed.users--;
    if (followed.users > 0) return;
    this.threads.delete(id);
    followed.end();
    followed.thread.close();
    this.store.setExtra(id, { unread: 0, last: null, typing: false, unansweredSince: null });
  }

  /** Follows these and no others of those that are followed for being one's own. */
  setOwn(ids: ReadonlySet<string>): void {
    for (const id of [...this.own]) {
      if (!ids.has(id)) {
        this.own.delete(id);
        this.leave(id);
      }
    }
    for (const id of ids) {
      if (!this.own.has(id)) {
        this.own.add(id);
        this.join(id);
      }
    }
  }

  close(): void {
    for (const followed of this.threads.values()) {
      followed.end();
      followed.thread.close();
    }
    this.threads.clear();
    this.own.clear();
  }

  private observe(followed: Followed): void {
    const { thread } = followed;
    followed.update = () => {
      const view = thread.view.get();
      if (view.version > 0) this.store.put(view);
      this.store.setExtra(thread.id, {
        ...summary(thread.messages.get(), Math.max(view.agent_marks.read, followed.read)),
        typing: thread.typing.get()?.side === "customer",
      });
    };
    const ends = [
      thread.messages.subscribe(followed.update),
      thread.view.subscribe(followed.update),
      thread.typing.subscribe(followed.update),
    ];
    followed.end = () => {
      for (const end of ends) end();
    };
    followed.update();
  }
}

/** What a row shows of a thread. Reads from the end, and stops at what is read and answered. */
export function summary(messages: readonly ThreadMessage[], read: number): Omit<Extra, "typing"> {
  let unread = 0;
  let unansweredSince: number | null = null;
  let last: Extra["last"] = null;
  let answered = false;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (!message) continue;
    const from = message.author.kind;
    if (!last && from !== "system") {
      last = { text: message.text, at: message.at, from, mine: message.mine };
    }
    const isUnread = message.seq === undefined || message.seq > read;
    if (from === "customer") {
      if (isUnread) unread++;
      if (!answered) unansweredSince = message.at;
    }
    if (from === "agent") answered = true;
    if (answered && last && !isUnread) break;
  }
  return { unread, last, unansweredSince };
}
