import type { Item, Readable, View } from "@linger/sdk";
import { value } from "../kit/value";
import {
  belongs,
  type Filter,
  keyOf,
  LIST_NAMES,
  type ListName,
  type Looker,
  matches,
  NO_FILTER,
} from "./lists";
import { Order } from "./order";

/** The last line of a conversation, where it is followed. */
export interface LastLine {
  text: string;
  at: number;
  from: "customer" | "agent" | "system";
  mine: boolean;
}

/** What the page knows beyond the item, of conversations that are followed. */
export interface Extra {
  unread: number;
  last: LastLine | null;
  typing: boolean;
  /** Since when the customer waits for an answer. */
  unansweredSince: number | null;
}

export interface RowData extends Extra {
  item: Item;
}

const NO_EXTRA: Extra = { unread: 0, last: null, typing: false, unansweredSince: null };

export type Counts = Readonly<Record<ListName, number>>;

/** Runs `work` before the next picture; pages that nobody sees get no frames. */
export type Schedule = (work: () => void) => void;

const nextFrame: Schedule = (work) => {
  if (typeof requestAnimationFrame === "function" && !document.hidden) requestAnimationFrame(work);
  else setTimeout(work, 50);
};

/**
 * Every conversation that the desk knows, outside of React. Changes are collected and applied once
 * a frame; each costs the same however many there are. Rows listen to their own id, lists to their
 * own order.
 */
export class DeskStore {
  private rows = new Map<string, RowData>();
  private orders = new Map<ListName, Order>(LIST_NAMES.map((name) => [name, new Order()]));
  private members = new Map<ListName, Set<string>>(LIST_NAMES.map((name) => [name, new Set()]));
  private pending = new Map<string, { item?: Item | null; extra?: Partial<Extra> }>();
  private scheduled = false;
  private rowListeners = new Map<string, Set<() => void>>();
  private listVersions = new Map(LIST_NAMES.map((name) => [name, value(0)] as const));
  private filter = NO_FILTER;
  private tagUse = new Map<string, number>();

  readonly counts = value<Counts>({ mine: 0, waiting: 0, open: 0, all: 0 });
  readonly unreadTotal = value(0);
  readonly tags = value<readonly string[]>([]);

  constructor(
    private who: Looker,
    private schedule: Schedule = nextFrame,
  ) {}

  /** An item or a view; an older version than the known one is ignored. */
  put(next: Item | View): void {
    const entry = this.entry(next.id);
    const known = entry.item ?? (entry.item === null ? undefined : this.rows.get(next.id)?.item);
    if (known && known.version > next.version) return;
    entry.item = known ? merged(known, next) : next;
  }

  remove(id: string): void {
    this.entry(id).item = null;
  }

  setExtra(id: string, extra: Partial<Extra>): void {
    const entry = this.entry(id);
    entry.extra = { ...entry.extra, ...extra };
  }

  /** The whole state of a source: what it had before and does not name any more goes. */
  replace(items: readonly Item[], stale: (item: Item) => boolean): void {
    const named = new Set(items.map((item) => item.id));
    for (const [id, row] of this.rows) if (!named.has(id) && stale(row.item)) this.remove(id);
    for (const item of items) this.put(item);
  }

  /** Forgets what is in no list that `keep` names and what nobody looks at. */
  prune(keep: readonly ListName[]): void {
    for (const id of this.rows.keys()) {
      const wanted = keep.some((list) => this.members.get(list)?.has(id));
      if (!wanted && !this.rowListeners.has(id)) this.remove(id);
    }
  }

  get(id: string): RowData | undefined {
    return this.rows.get(id);
  }

  /** Also what is not shown yet. */
  latest(id: string): Item | undefined {
    const entry = this.pending.get(id);
    if (entry?.item !== undefined) return entry.item ?? undefined;
    return this.rows.get(id)?.item;
  }

  all(): IterableIterator<RowData> {
    return this.rows.values();
  }

  row(id: string): Readable<RowData | undefined> {
    return {
      get: () => this.rows.get(id),
      subscribe: (listener) => {
        const listeners = this.rowListeners.get(id) ?? new Set();
        this.rowListeners.set(id, listeners.add(listener));
        return () => {
          listeners.delete(listener);
          if (listeners.size === 0 && this.rowListeners.get(id) === listeners) {
            this.rowListeners.delete(id);
          }
        };
      },
    };
  }

  /** Changes whenever the order or the length of the list does. */
  version(list: ListName): Readable<number> {
    return this.listVersions.get(list) as Readable<number>;
  }

  order(list: ListName): Order {
    return this.orders.get(list) as Order;
  }

  /** Everything that belongs in the list, whatever is searched for. */
  memberIds(list: ListName): ReadonlySet<string> {
    return this.members.get(list) as Set<string>;
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    this.rebuild();
  }

  setQueues(queues: ReadonlySet<string> | null): void {
    this.who = { ...this.who, queues };
    this.rebuild();
  }

  /** Applies what has been collected now. */
  flush(): void {
    this.scheduled = false;
    const pending = this.pending;
    this.pending = new Map();
    const touched = new Set<ListName>();
    const woken: string[] = [];
    let counted = false;
    let unread = this.unreadTotal.get();
    for (const [id, change] of pending) {
      const old = this.rows.get(id);
      const item = change.item === undefined ? old?.item : (change.item ?? undefined);
      if (!item) {
        if (!old) continue;
        this.rows.delete(id);
        unread -= old.unread;
        this.countTags(old.item, undefined);
        counted = this.place(id, undefined, touched) || counted;
        woken.push(id);
        continue;
      }
      const row = { ...(old ?? NO_EXTRA), ...change.extra, item };
      if (old && old.item === item && same(old, row)) continue;
      this.rows.set(id, row);
      unread += row.unread - (old?.unread ?? 0);
      if (old?.item !== item) {
        this.countTags(old?.item, item);
        counted = this.place(id, item, touched) || counted;
      }
      woken.push(id);
    }
    this.unreadTotal.set(unread);
    if (counted) this.count();
    for (const list of touched) this.bump(list);
    for (const id of woken) for (const listener of this.rowListeners.get(id) ?? []) listener();
  }

  private entry(id: string) {
    let entry = this.pending.get(id);
    if (!entry) {
      entry = {};
      this.pending.set(id, entry);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      this.schedule(() => this.flush());
    }
    return entry;
  }

  /** Puts one conversation into the lists it belongs to. True if a count is another now. */
  private place(id: string, item: Item | undefined, touched: Set<ListName>): boolean {
    let counted = false;
    for (const list of LIST_NAMES) {
      const members = this.members.get(list) as Set<string>;
      const order = this.order(list);
      const inside = item !== undefined && belongs(list, item, this.who);
      if (inside !== members.has(id)) {
        counted = true;
        if (inside) members.add(id);
        else members.delete(id);
      }
      const moved =
        inside && matches(item, this.filter) ? order.put(id, keyOf(list, item)) : order.delete(id);
      if (moved) touched.add(list);
    }
    return counted;
  }

  private rebuild(): void {
    for (const order of this.orders.values()) order.clear();
    const touched = new Set<ListName>();
    for (const [id, row] of this.rows) this.place(id, row.item, touched);
    this.count();
    for (const list of LIST_NAMES) this.bump(list);
  }

  private count(): void {
    const size = (list: ListName) => this.members.get(list)?.size ?? 0;
    this.counts.set({
      mine: size("mine"),
      waiting: size("waiting"),
      open: size("open"),
      all: size("all"),
    });
  }

  private bump(list: ListName): void {
    const version = this.listVersions.get(list);
    version?.set(version.get() + 1);
  }

  private countTags(old: Item | undefined, next: Item | undefined): void {
    if (old?.tags === next?.tags) return;
    let changed = false;
    const add = (tag: string, n: number) => {
      const use = (this.tagUse.get(tag) ?? 0) + n;
      if (use <= 0) changed = this.tagUse.delete(tag) || changed;
      else {
        changed = changed || !this.tagUse.has(tag);
        this.tagUse.set(tag, use);
      }
    };
    for (const tag of next?.tags ?? []) add(tag, 1);
    for (const tag of old?.tags ?? []) add(tag, -1);
    if (changed) this.tags.set([...this.tagUse.keys()].sort());
  }
}

/** A view says less than an item: what only items say stays, as long as it still can be true. */
function merged(known: Item, next: Item | View): Item {
  const item: Item = { ...next };
  item.units ??= known.units;
  item.priority ??= known.priority;
  item.name ??= known.name;
  if (item.waiting_since === undefined && item.state === known.state && item.state === "open") {
    item.waiting_since = known.waiting_since;
  }
  return item;
}

const same = (x: Extra, y: Extra) =>
  x.unread === y.unread &&
  x.typing === y.typing &&
  x.unansweredSince === y.unansweredSince &&
  x.last?.text === y.last?.text &&
  x.last?.at === y.last?.at;
