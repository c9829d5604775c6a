import { Link } from "../link/link.js";
import { pollingAt } from "../link/poll.js";
import { socketAt } from "../link/socket.js";
import { onWake } from "../link/wake.js";
import { begins, deliverMessage, deliverStart } from "../outbox/deliver.js";
import type { Entry, Settled } from "../outbox/entry.js";
import { Outbox, type Outcome } from "../outbox/outbox.js";
import type { View, Welcome } from "../protocol.js";
import { Refusal } from "../refusal.js";
import type { ThreadHost } from "../thread/core.js";
import { Cores } from "../thread/cores.js";
import { given, type Tokens } from "../tokens.js";
import type { Connection, CustomerOptions, Thread } from "../types.js";
import { Value } from "../value.js";
import { type DeviceHost, deviceTokens, keptDevice } from "./device.js";
import { Places } from "./place.js";
import { over, Threads } from "./threads.js";
import { Waiters } from "./waiters.js";
import { WidgetLoader } from "./widget.js";

/** The conversation that exists here only: what is in the outbox begins it. */
const LOCAL = "";
const AGAIN_MS = 2_000;

/** What a customer's client is made of: one widget, what goes on in it, and what was before. */
export class Customer implements ThreadHost {
  readonly side = "customer";
  readonly customer = new Value<string | null>(null);
  readonly current = new Value<Thread | null>(null);
  readonly unread = new Value(0);
  readonly known = new Value(false);
  readonly threads = new Threads();
  readonly outbox: Outbox;
  readonly link: Link;
  readonly connection: Value<Connection>;
  readonly cores: Cores;
  readonly places: Places;
  readonly widget: WidgetLoader;
  readonly waiters = new Waiters();
  readonly name: string;
  readonly #options: CustomerOptions;
  readonly #tokens: Tokens;
  readonly #asleep: () => void;
  #newest: Thread | null = null;
  #local: Thread | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** The connection is there, and what goes on is known. */
  #ready = false;
  #looking = false;
  #lookAgain = false;
  #closed = false;

  constructor(options: CustomerOptions, server: string, api: DeviceHost["api"]) {
    this.#options = options;
    this.name = `linger:customer:${options.storage ?? "default"}:${server}:${options.widget}`;
    this.outbox = new Outbox(this.name, {
      owner: () => this.customer.get(),
      ready: () => this.#ready && !this.link.expired,
      deliver: (entry) => this.#deliver(entry),
      settled: (settled) => this.#settled(settled),
      discarded: (id) => this.waiters.refused(id, discarded()),
    });
    this.#tokens = options.getToken
      ? given(options.getToken)
      : deviceTokens({
          store: this.outbox.opened,
          name: this.name,
          widget: options.widget,
          api,
          replaced: (was, now) => this.outbox.handOver(was, now),
        });
    this.link = new Link(
      {
        renewable: true,
        token: (fresh) => this.#tokens.token(fresh),
        cursors: () => this.cores.cursors(),
        idle: () => this.#idle(),
        welcomed: (welcome, again) => void this.#welcomed(welcome, again),
        renewed: () => this.outbox.drain(),
        frame: (frame) => this.cores.took(frame),
        lost: () => this.#lost(),
      },
      socketAt(`${server}/ws/customer?widget=${encodeURIComponent(options.widget)}`),
      pollingAt(server),
    );
    this.connection = new Value(this.link.connection.get());
    this.cores = new Cores(this);
    this.places = new Places(this.link);
    this.widget = new WidgetLoader(api(), options.widget, options.locale);
    this.outbox.entries.subscribe(() => this.look());
    this.link.connection.subscribe(() => this.#connect());
    this.widget.refusal.subscribe(() => this.#connect());
    // Another device may have begun a conversation: nobody tells this one.
    this.#asleep = onWake(() => this.reload());
  }

  author() {
    return { kind: "customer" as const };
  }

  mine({ kind }: { kind: string }): boolean {
    return kind === "customer";
  }

  marks(): boolean {
    return true;
  }

  belongs(entry: Entry, conversation: string): boolean {
    if (entry.conversation !== LOCAL) return entry.conversation === conversation;
    return conversation === (this.goingOn?.id ?? LOCAL);
  }

  changed(view: View): void {
    if (view.version > 0) this.threads.take([view]);
    this.look();
  }

  /** The conversation that is not over. */
  get goingOn(): View | undefined {
    const { newest } = this.threads;
    return newest && !over(newest) ? newest : undefined;
  }

  send(text: string): void {
    if (text === "") return;
    this.outbox.add({ conversation: this.goingOn?.id ?? LOCAL, text });
  }

  start(context: Record<string, string>, text?: string): Promise<Thread> {
    const going = this.goingOn;
    if (going && text === undefined) return Promise.resolve(this.cores.open(going.id, going));
    return this.waiters.wait(JSON.stringify([context, text]), () => {
      const start = { context, locale: this.#options.locale };
      return this.outbox.add({ conversation: LOCAL, start, text }).id;
    });
  }

  /** Ends what goes on; what has not begun yet does not begin. */
  async end(): Promise<void> {
    for (const { id, conversation } of this.outbox.entries.get()) {
      if (conversation === LOCAL) this.outbox.discard(id);
    }
    const going = this.goingOn;
    if (!going) return;
    const { conversation } = await this.link.ask("end", { conversation: going.id });
    if (conversation) this.changed(conversation);
  }

  /** Asks for the conversations again. */
  reload(): void {
    if (this.#ready) void this.#load();
  }

  /** Looks at what has become of everything, and shows it. */
  look(): void {
    // Showing one thing changes another: one look at a time, until nothing changes any more.
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false;
      this.#look();
    }
    this.#looking = false;
  }

  #look(): void {
    const { newest } = this.threads;
    if (newest && this.#newest?.id !== newest.id) {
      this.#newest?.close();
      this.#newest = this.cores.open(newest.id, newest);
    }
    const begun = this.outbox.entries.get().some((e) => e.conversation === LOCAL);
    // The first word of a device: now there is something to connect for.
    if (begun && this.link.connection.get().state === "idle") this.link.reconnect();
    if (begun) this.#local ??= this.cores.open(LOCAL);
    const going = this.goingOn;
    this.current.set(going ? this.#newest : begun ? this.#local : null);
    this.unread.set((newest && this.cores.get(newest.id)?.unread) ?? 0);
    this.places.seen(going);
    for (const { id, refused } of this.outbox.entries.get()) {
      // Whoever called `start` has the text and is told; nothing is left behind.
      if (refused && this.waiters.refused(id, new Refusal(refused))) this.outbox.discard(id);
    }
  }

  close(): void {
    this.#closed = true;
    this.#ready = false;
    clearTimeout(this.#again);
    this.#asleep();
    this.cores.close();
    this.places.close();
    this.widget.close();
    this.outbox.close();
    this.link.close();
  }

  /** Whoever only looks at the page is no customer yet. */
  async #idle(): Promise<boolean> {
    if (this.#options.getToken) return false;
    const store = await this.outbox.opened;
    if (this.outbox.entries.get().length > 0 || (await keptDevice(store))) return false;
    this.known.set(true);
    return true;
  }

  /** A widget that cannot be shown is a reason as well. */
  #connect(): void {
    const now = this.link.connection.get();
    const refusal = now.refusal ?? this.widget.refusal.get() ?? undefined;
    this.connection.set(refusal === now.refusal ? now : { ...now, refusal });
  }

  async #welcomed({ principal, expires }: Welcome, again: boolean): Promise<void> {
    // Hours and texts may have changed meanwhile.
    if (again) void this.widget.load();
    if (expires !== undefined) this.#tokens.expires?.(expires - this.link.offset);
    if (this.customer.get() !== principal.id) {
      if (this.customer.get() !== null) this.#forget();
      this.customer.set(principal.id);
      await this.outbox.signedIn(principal.id);
    }
    await this.widget.tried;
    this.threads.workstream = this.widget.value.get()?.workstream;
    await Promise.all([this.cores.online(), this.#load()]);
  }

  /** Somebody else is signed in: nothing of the one before is theirs. */
  #forget(): void {
    this.#newest = null;
    this.#local = null;
    this.cores.close();
    this.threads.clear();
    this.known.set(false);
  }

  async #load(): Promise<void> {
    clearTimeout(this.#again);
    try {
      await this.threads.load(this.link);
    } catch {
      this.#again = setTimeout(() => this.link.online && void this.#load(), AGAIN_MS);
      return;
    }
    this.look();
    this.known.set(true);
    // What is in the thread already is not sent again.
    if (this.#newest) await this.cores.get(this.#newest.id)?.online();
    this.#ready = this.link.online;
    this.outbox.drain();
  }

  #lost(): void {
    this.#ready = false;
    clearTimeout(this.#again);
    this.cores.offline();
  }

  async #deliver(entry: Entry): Promise<Outcome> {
    const going = this.goingOn;
    if (entry.conversation !== LOCAL) {
      const outcome = await deliverMessage(this.link, entry);
      // It has ended: the same text, under the same client id, begins the next one.
      return begins(outcome) ? { changed: { ...entry, conversation: LOCAL } } : outcome;
    }
    if (!entry.start && going) {
      const outcome = await deliverMessage(this.link, { ...entry, conversation: going.id });
      if (!begins(outcome)) return outcome;
    }
    return deliverStart(this.link, entry, this.#options, (view) => this.changed(view));
  }

  #settled({ entry, conversation }: Settled): void {
    // Begun in another tab.
    if (this.link.connection.get().state === "idle") this.link.reconnect();
    else if (!this.threads.views.get().some((v) => v.id === conversation)) this.reload();
    this.look();
    this.waiters.done(entry.id, () => this.cores.open(conversation));
  }
}

function discarded(): Refusal {
  const message = "It was discarded before it was sent.";
  return new Refusal({ code: "discarded", message, retry: false, help: "/docs/errors" });
}
