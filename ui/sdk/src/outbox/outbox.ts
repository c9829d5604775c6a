import type { Refusal } from "../refusal.js";
import type { OutboxStorage, Readable } from "../types.js";
import { uuid } from "../uuid.js";
import { Value } from "../value.js";
import type { Entry, Settled } from "./entry.js";
import { exclusive } from "./exclusive.js";
import { openStore, type Store } from "./store.js";

/** What came of sending an entry. */
export type Outcome =
  | { settled: { conversation: string; seq?: number; at: number } }
  /** Never: the user decides. */
  | { refused: Refusal }
  /** It is for another place now; send it there. */
  | { changed: Entry }
  /** Not now; try again after so long, and leave what follows it in its conversation. */
  | { again: number; refusal?: Refusal }
  /** Not before something else happens: a connection, a token. */
  | "held";

export interface OutboxHost {
  /** Who is signed in; `null`: not known yet. */
  owner(): string | null;
  ready(): boolean;
  deliver(entry: Entry): Promise<Outcome>;
  settled(settled: Settled): void;
  /** The user has thought better of it. */
  discarded?(id: string): void;
}

interface Told {
  settled?: Settled;
}

/** What was not answered goes again after so long. */
const HELD_MS = 5_000;
/** Threads that nobody looks at do not say that they show it. */
const SETTLED_MAX = 200;

/**
 * What was written, until the server has it: kept in the browser, shown in every tab, sent by one
 * tab at a time in the order in which it was written.
 */
export class Outbox {
  readonly #entries = new Value<readonly Entry[]>([]);
  readonly #storage = new Value<OutboxStorage>("opening");
  /** Accepted, and not in the thread yet. */
  readonly #settled = new Value<readonly Settled[]>([]);
  /** Why an entry waits, by its id. */
  readonly delays = new Map<string, Refusal>();
  readonly opened: Promise<Store>;

  readonly #host: OutboxHost;
  readonly #name: string;
  readonly #channel: BroadcastChannel | undefined;
  readonly #stop = new AbortController();
  /** Written on this page before anybody had signed in on it. */
  readonly #mine = new Set<string>();
  /** Entries that are being stored. */
  readonly #storing = new Map<string, Promise<void>>();
  /** Settled or discarded: whatever an older look into the store says, they are not there. */
  readonly #gone = new Set<string>();
  readonly #pausedUntil = new Map<string, number>();
  #lastOwner: string | null = null;
  #draining = false;
  #drained: Promise<void> | undefined;
  #drainAgain = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, host: OutboxHost) {
    this.#name = name;
    this.#host = host;
    this.opened = this.#open();
    if (typeof BroadcastChannel === "function") {
      this.#channel = new BroadcastChannel(name);
      this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#heard(data);
    }
  }

  get entries(): Readable<readonly Entry[]> {
    return this.#entries;
  }

  get settled(): Readable<readonly Settled[]> {
    return this.#settled;
  }

  get storage(): Readable<OutboxStorage> {
    return this.#storage;
  }

  add(fields: Pick<Entry, "conversation" | "text" | "start">): Entry {
    const known = this.#host.owner();
    const entry: Entry = { ...fields, id: uuid(), owner: known ?? this.#lastOwner, at: Date.now() };
    // Half a character (cut off by an input field) is no text that could be sent.
    if (entry.text !== undefined) entry.text = entry.text.replace(/\p{Surrogate}/gu, "\ufffd");
    if (known === null) this.#mine.add(entry.id);
    this.#entries.set([...this.#entries.get(), entry]);
    this.#storing.set(entry.id, this.#keep(entry));
    this.drain();
    return entry;
  }

  /** Sends a refused entry again, with what is new about it. */
  retry(id: string, change: Partial<Entry> = {}): void {
    const entry = this.#entries.get().find((e) => e.id === id && e.refused);
    if (!entry) return;
    const { refused: _, ...again } = entry;
    quietly(this.#replace({ ...again, ...change }).then(() => this.drain()));
  }

  /** Forgets an entry. One that is on its way may still arrive. */
  discard(id: string): void {
    const entry = this.#entries.get().find((e) => e.id === id);
    if (!entry) return;
    quietly(this.#remove(entry));
    this.#host.discarded?.(id);
  }

  /** A message of ours came from the server: whatever became of the answer, it is there. */
  seen(id: string, conversation: string, seq: number, at: number): void {
    const entry = this.#entries.get().find((e) => e.id === id);
    if (entry) quietly(this.#settle(entry, { conversation, seq, at }));
  }

  /** The thread shows it. */
  shown(isShown: (settled: Settled) => boolean): void {
    const rest = this.#settled.get().filter((s) => !isShown(s));
    if (rest.length !== this.#settled.get().length) this.#settled.set(rest);
  }

  /** Somebody has signed in: what they wrote on this page before is theirs. */
  async signedIn(owner: string): Promise<void> {
    try {
      await this.#adopt(owner);
    } catch {
      // Without a store there is nothing of anybody else.
      this.#lastOwner = owner;
    }
    this.drain();
  }

  async #adopt(owner: string): Promise<void> {
    const store = await this.opened;
    await Promise.all(this.#storing.values());
    for (const entry of await store.all()) {
      if (entry.owner === null || (this.#mine.has(entry.id) && entry.owner !== owner)) {
        await store.put({ ...entry, owner });
      }
    }
    this.#mine.clear();
    this.#lastOwner = owner;
    await store.set("owner", owner);
    await this.#load();
  }

  /** What one customer wrote is another's now: their device has become part of them. */
  async handOver(from: string, to: string): Promise<void> {
    const store = await this.opened;
    for (const entry of await store.all()) {
      if (entry.owner === from) await store.put({ ...entry, owner: to });
    }
    await this.#load();
    this.#tell({});
    this.drain();
  }

  /** Sends what can be sent. */
  drain(): void {
    if (this.#draining) {
      this.#drainAgain = true;
      return;
    }
    this.#draining = true;
    this.#drained = this.#drain().finally(() => {
      this.#draining = false;
      if (!this.#drainAgain) return;
      this.#drainAgain = false;
      this.drain();
    });
    quietly(this.#drained);
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#channel?.close();
    // What is being stored is stored first, and the turn to send is handed on.
    quietly(
      Promise.allSettled([this.#drained, ...this.#storing.values()])
        .then(() => this.opened)
        .then((store) => store.close()),
    );
  }

  async #open(): Promise<Store> {
    const store = await openStore(this.#name);
    this.#lastOwner = (await store.get<string>("owner")) ?? null;
    const written = this.#entries.get();
    for (const entry of written) {
      if (entry.owner === null) entry.owner = this.#lastOwner;
    }
    this.#entries.set([...this.#own(await store.all()), ...written]);
    this.#storage.set(store.durable ? "durable" : "memory");
    return store;
  }

  #own(entries: readonly Entry[]): Entry[] {
    const owner = this.#host.owner() ?? this.#lastOwner;
    return entries.filter((e) => e.owner === owner || e.owner === null || this.#mine.has(e.id));
  }

  async #keep(entry: Entry): Promise<void> {
    const store = await this.opened;
    try {
      entry.n = await store.add(entry);
      this.#tell({});
    } catch {
      // The disk is full: it is sent all the same, as long as the page is open.
      this.#storage.set("memory");
    }
    this.#storing.delete(entry.id);
  }

  async #load(): Promise<void> {
    const store = await this.opened;
    const kept = this.#own(await store.all()).filter((e) => !this.#gone.has(e.id));
    const ids = new Set(kept.map((e) => e.id));
    // Not stored yet, or not to be stored at all.
    const unkept = this.#entries.get().filter((e) => e.n === undefined && !ids.has(e.id));
    this.#entries.set([...kept, ...unkept]);
  }

  async #drain(): Promise<void> {
    const store = await this.opened;
    if (!this.#next()) return;
    await exclusive(
      store,
      `${this.#name}:send`,
      async () => {
        await Promise.all(this.#storing.values());
        for (;;) {
          // Other tabs have sent some of it, or written something that comes before it.
          await this.#load();
          const entry = this.#next();
          if (!entry) return;
          const outcome = await this.#host.deliver(entry);
          if (outcome === "held") {
            // Not for want of a connection: there was no answer.
            if (this.#host.ready()) this.#later(HELD_MS);
            return;
          }
          await this.#came(entry, outcome);
        }
      },
      this.#stop.signal,
    );
  }

  /** The first entry that may go now. */
  #next(): Entry | undefined {
    if (!this.#host.ready() || this.#stop.signal.aborted) return undefined;
    const held = new Set<string>();
    for (const entry of this.#entries.get()) {
      if (entry.refused || held.has(entry.conversation)) continue;
      if ((this.#pausedUntil.get(entry.conversation) ?? 0) <= Date.now()) return entry;
      held.add(entry.conversation);
    }
    return undefined;
  }

  async #came(entry: Entry, outcome: Exclude<Outcome, "held">): Promise<void> {
    this.delays.delete(entry.id);
    if ("settled" in outcome) return this.#settle(entry, outcome.settled);
    if ("changed" in outcome) return this.#replace(outcome.changed);
    if ("refused" in outcome) return this.#replace({ ...entry, refused: outcome.refused.toBody() });
    if (outcome.refusal) this.delays.set(entry.id, outcome.refusal);
    this.#pausedUntil.set(entry.conversation, Date.now() + outcome.again);
    this.#later(outcome.again + 5);
    this.#entries.set([...this.#entries.get()]);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.drain(), ms);
  }

  async #settle(entry: Entry, to: { conversation: string; seq?: number; at: number }) {
    const settled: Settled = { entry, ...to };
    if (!this.#took(settled)) return;
    this.#tell({ settled });
    await this.#remove(entry);
    this.#host.settled(settled);
  }

  /** Shows that an entry was accepted. Once. */
  #took(settled: Settled): boolean {
    const { id } = settled.entry;
    if (this.#gone.has(id)) return false;
    if (settled.entry.text !== undefined && settled.seq !== undefined) {
      this.#settled.set([...this.#settled.get().slice(-SETTLED_MAX), settled]);
    }
    this.#drop(id);
    return true;
  }

  #drop(id: string): void {
    this.#gone.add(id);
    this.#entries.set(this.#entries.get().filter((e) => e.id !== id));
  }

  async #replace(entry: Entry): Promise<void> {
    this.#entries.set(this.#entries.get().map((e) => (e.id === entry.id ? entry : e)));
    if (entry.n !== undefined) await (await this.opened).put(entry);
    this.#tell({});
  }

  async #remove(entry: Entry): Promise<void> {
    this.delays.delete(entry.id);
    this.#drop(entry.id);
    await this.#storing.get(entry.id);
    if (entry.n === undefined) return;
    await (await this.opened).delete(entry.n);
    this.#tell({});
  }

  #tell(told: Told): void {
    if (!this.#stop.signal.aborted) this.#channel?.postMessage(told);
  }

  #heard({ settled }: Told): void {
    const ours = settled && this.#own([settled.entry]).length > 0;
    if (ours && this.#took(settled)) this.#host.settled(settled);
    quietly(this.#load().then(() => this.drain()));
  }
}

/** Where the store fails, what is in memory is sent all the same; the next change tries again. */
function quietly(work: Promise<unknown>): void {
  work.catch(() => {});
}
