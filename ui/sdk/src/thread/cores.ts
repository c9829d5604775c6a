import type { ServerFrame, View } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { Thread } from "../types.js";
import { ThreadCore, type ThreadHost } from "./core.js";

/** A socket has 64 subscriptions; some are left for what is being closed. */
const FOLLOWED_MAX = 60;
/** A thread that nobody looks at stays for so long: who comes back finds it as it was. */
const GRACE_MS = 10_000;

interface Followed {
  core: ThreadCore;
  holders: number;
  leaving?: ReturnType<typeof setTimeout>;
}

/** The threads that a client follows, each once, however many hold it. */
export class Cores {
  readonly #host: ThreadHost;
  /** The one opened last is the last. */
  readonly #followed = new Map<string, Followed>();

  constructor(host: ThreadHost) {
    this.#host = host;
  }

  get(id: string): ThreadCore | undefined {
    return this.#followed.get(id)?.core;
  }

  open(id: string, view?: View): Thread {
    const followed = this.#followed.get(id) ?? this.#follow(id, view);
    clearTimeout(followed.leaving);
    followed.holders += 1;
    this.#followed.delete(id);
    this.#followed.set(id, followed);
    if (this.#host.link.online) void followed.core.online();
    return followed.core.handle(() => this.#release(id, followed));
  }

  cursors(): Record<string, number> {
    const cursors: Record<string, number> = {};
    for (const [id, { core }] of this.#followed) {
      if (core.cursor !== undefined) cursors[id] = core.cursor;
    }
    return cursors;
  }

  async online(): Promise<void> {
    await Promise.all([...this.#followed.values()].map(({ core }) => core.online()));
  }

  offline(): void {
    for (const { core } of this.#followed.values()) core.offline();
  }

  /** Takes in what is about one of the threads. */
  took(frame: ServerFrame): void {
    switch (frame.type) {
      case "message":
        this.get(frame.conversation)?.seenMessage(frame);
        break;
      case "conversation":
        this.get(frame.conversation.id)?.seenView(frame.conversation);
        break;
      case "typing":
        this.get(frame.conversation)?.seenTyping(frame);
        break;
      case "refused":
        if (frame.conversation && frame.ref === undefined) {
          this.get(frame.conversation)?.ended(new Refusal(frame));
        }
    }
  }

  close(): void {
    for (const { core, leaving } of this.#followed.values()) {
      clearTimeout(leaving);
      core.close();
    }
    this.#followed.clear();
  }

  #follow(id: string, view?: View): Followed {
    this.#makeRoom();
    return { core: new ThreadCore(id, this.#host, view), holders: 0 };
  }

  #release(id: string, followed: Followed): void {
    followed.holders -= 1;
    if (followed.holders > 0) return;
    followed.leaving = setTimeout(() => this.#drop(id, followed), GRACE_MS);
  }

  #drop(id: string, followed: Followed): void {
    clearTimeout(followed.leaving);
    followed.core.close();
    if (this.#followed.get(id) === followed) this.#followed.delete(id);
  }

  /** First whoever is not held, then whoever was opened longest ago. */
  #makeRoom(): void {
    if (this.#followed.size < FOLLOWED_MAX) return;
    const all = [...this.#followed];
    const [id, oldest] = all.find(([, f]) => f.holders === 0) ?? (all[0] as [string, Followed]);
    this.#drop(id, oldest);
    oldest.core.ended(
      new Refusal({
        code: "too_many_subscriptions",
        message: `${FOLLOWED_MAX} conversations are followed at a time, and this is the one opened longest ago; open it again.`,
        retry: false,
        help: "/docs/errors#too_many_subscriptions",
      }),
    );
  }
}
