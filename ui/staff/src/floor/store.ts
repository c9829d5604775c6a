import type { AgentInfo, Item, Queue, Readable, WatchState } from "@linger/sdk";
import { type Key, Order } from "../desk/order";
import { value } from "../kit/value";
import { type Filter, NO_FILTER, passes } from "./filter";

/** What the tiles show. Counted as things change, never by going through everything. */
export interface Totals {
  waiting: number;
  active: number;
  wrapUp: number;
  available: number;
  freeUnits: number;
}

export type ConversationSort = "waiting" | "activity" | "started";
export type AgentSort = "presence" | "load";

const PRESENCE_RANK = { available: 0, busy: 1, do_not_disturb: 2, away: 3, offline: 4 };

/** Since when a customer waits for somebody to take it. */
export const waitingSince = (item: Item): number | undefined =>
  item.state === "open" ? (item.waiting_since ?? item.queued_at) : undefined;

/** A conversation's place: smaller comes first. */
function conversationKey(item: Item, sort: ConversationSort): Key {
  if (sort === "activity") return { a: 0, b: -item.activity_at };
  if (sort === "started") return { a: 0, b: -item.created_at };
  const since = waitingSince(item);
  return since === undefined ? { a: 1, b: -item.activity_at } : { a: 0, b: since };
}

function agentKey(agent: AgentInfo, sort: AgentSort): Key {
  const rank = PRESENCE_RANK[agent.presence];
  const full = -agent.load / Math.max(1, agent.capacity);
  return sort === "load" ? { a: full, b: rank } : { a: rank, b: full };
}

/** Runs `work` before the next picture; pages that nobody sees get no frames. */
export type Schedule = (work: () => void) => void;

/** So many changes are applied even if no picture comes. */
const MOST_PENDING = 100;

const nextFrame: Schedule = (work) => {
  if (typeof requestAnimationFrame === "function" && !document.hidden) requestAnimationFrame(work);
  else setTimeout(work, 50);
};

/** Rows by id, each with listeners of its own, and their order. */
class Table<Row extends { id: string }> {
  readonly rows = new Map<string, Row>();
  readonly order = new Order();
  /** Changes whenever the order or the length does. */
  readonly version = value(0);
  private listeners = new Map<string, Set<() => void>>();

  row(id: string): Readable<Row | undefined> {
    return {
      get: () => this.rows.get(id),
      subscribe: (listener) => {
        const all = this.listeners.get(id) ?? new Set();
        this.listeners.set(id, all.add(listener));
        return () => {
          all.delete(listener);
          if (all.size === 0 && this.listeners.get(id) === all) this.listeners.delete(id);
        };
      },
    };
  }

  tell(id: string): void {
    for (const listener of [...(this.listeners.get(id) ?? [])]) listener();
  }

  moved(): void {
    this.version.set(this.version.get() + 1);
  }
}

/**
 * The floor, outside of React. What frames say is collected and applied once a picture; each change
 * costs the same however many conversations and agents there are.
 */
export class FloorStore {
  readonly conversations = new Table<Item>();
  readonly agents = new Table<AgentInfo>();
  readonly queues = value<readonly Queue[]>([]);
  readonly totals = value<Totals>({
    waiting: 0,
    active: 0,
    wrapUp: 0,
    available: 0,
    freeUnits: 0,
  });
  private filter: Filter = NO_FILTER;
  private agentText = "";
  private sort: ConversationSort = "waiting";
  private agentSort: AgentSort = "presence";
  private pending: WatchState[] = [];
  private scheduled = false;
  /** What the parts of the whole state have named so far, while more follow. */
  private named: Record<"conversations" | "agents" | "queues", Set<string>> | null = null;

  constructor(private schedule: Schedule = nextFrame) {}

  /** What changed; shown with the next picture. */
  take(change: WatchState): void {
    this.pending.push(change);
    this.keep(change);
    // A picture that was asked for before the page was hidden comes once somebody looks again.
    if (this.pending.length >= MOST_PENDING) this.flush();
    if (this.scheduled || this.pending.length === 0) return;
    this.scheduled = true;
    this.schedule(() => this.flush());
  }

  /**
   * The whole state, in one part or several: what was there before goes once all have come and
   * none has named it.
   */
  replace(state: WatchState): void {
    this.named = { conversations: new Set(), agents: new Set(), queues: new Set() };
    this.take(state);
  }

  /** Keeps what a part of the whole state names; after the last one the others go. */
  private keep(state: WatchState): void {
    if (!this.named) return;
    const { conversations: items, agents, queues } = this.named;
    for (const each of state.conversations ?? []) items.add(each.id);
    for (const each of state.agents ?? []) agents.add(each.id);
    for (const each of state.queues ?? []) queues.add(each.id);
    if (state.more) return;
    this.named = null;
    this.flush();
    this.take({
      gone: [...this.conversations.rows.keys()].filter((id) => !items.has(id)),
      gone_agents: [...this.agents.rows.keys()].filter((id) => !agents.has(id)),
      gone_queues: this.queues
        .get()
        .map((queue) => queue.id)
        .filter((id) => !queues.has(id)),
    });
  }

  /** Applies what has been collected. */
  flush(): void {
    this.scheduled = false;
    const changes = this.pending;
    if (changes.length === 0) return;
    this.pending = [];
    const told = new Set<string>();
    const toldAgents = new Set<string>();
    let moved = false;
    let agentsMoved = false;
    const totals = { ...this.totals.get() };
    for (const change of changes) {
      for (const item of change.conversations ?? []) {
        moved = this.putConversation(item, totals) || moved;
        told.add(item.id);
      }
      for (const id of change.gone ?? []) {
        moved = this.dropConversation(id, totals) || moved;
        told.add(id);
      }
      for (const agent of change.agents ?? []) {
        agentsMoved = this.putAgent(agent, totals) || agentsMoved;
        toldAgents.add(agent.id);
      }
      for (const id of change.gone_agents ?? []) {
        agentsMoved = this.dropAgent(id, totals) || agentsMoved;
        toldAgents.add(id);
      }
      if (change.queues || change.gone_queues) this.putQueues(change);
    }
    this.totals.set(totals);
    for (const id of told) this.conversations.tell(id);
    for (const id of toldAgents) this.agents.tell(id);
    if (moved) this.conversations.moved();
    if (agentsMoved) this.agents.moved();
  }

  /** Which conversations are shown, and in which order. Goes through all of them once. */
  show(filter: Filter, sort: ConversationSort): void {
    this.flush();
    this.filter = filter;
    this.sort = sort;
    this.conversations.order.clear();
    for (const item of this.conversations.rows.values()) this.place(item);
    this.conversations.moved();
  }

  showAgents(text: string, sort: AgentSort): void {
    this.flush();
    this.agentText = text.trim().toLocaleLowerCase();
    this.agentSort = sort;
    this.agents.order.clear();
    for (const agent of this.agents.rows.values()) this.placeAgent(agent);
    this.agents.moved();
  }

  private place(item: Item): boolean {
    const { order } = this.conversations;
    if (!passes(this.filter, item)) return order.delete(item.id);
    return order.put(item.id, conversationKey(item, this.sort));
  }

  private placeAgent(agent: AgentInfo): boolean {
    const { order } = this.agents;
    const text = this.agentText;
    const named = `${agent.display_name} ${agent.id}`.toLocaleLowerCase();
    if (text && !named.includes(text)) return order.delete(agent.id);
    return order.put(agent.id, agentKey(agent, this.agentSort));
  }

  private putConversation(item: Item, totals: Totals): boolean {
    const known = this.conversations.rows.get(item.id);
    if (known && known.version > item.version) return false;
    count(totals, known, -1);
    count(totals, item, 1);
    this.conversations.rows.set(item.id, item);
    return this.place(item);
  }

  private dropConversation(id: string, totals: Totals): boolean {
    const known = this.conversations.rows.get(id);
    if (!known) return false;
    count(totals, known, -1);
    this.conversations.rows.delete(id);
    return this.conversations.order.delete(id);
  }

  private putAgent(agent: AgentInfo, totals: Totals): boolean {
    countAgent(totals, this.agents.rows.get(agent.id), -1);
    countAgent(totals, agent, 1);
    this.agents.rows.set(agent.id, agent);
    return this.placeAgent(agent);
  }

  private dropAgent(id: string, totals: Totals): boolean {
    const known = this.agents.rows.get(id);
    if (!known) return false;
    countAgent(totals, known, -1);
    this.agents.rows.delete(id);
    return this.agents.order.delete(id);
  }

  /** A company has a handful of queues: they are kept as one list. */
  private putQueues(change: WatchState): void {
    const named = new Map((change.queues ?? []).map((queue) => [queue.id, queue]));
    const gone = new Set(change.gone_queues ?? []);
    const kept = this.queues
      .get()
      .filter((queue) => !gone.has(queue.id))
      .map((queue) => {
        const next = named.get(queue.id) ?? queue;
        named.delete(queue.id);
        return next;
      });
    this.queues.set([...kept, ...named.values()]);
  }
}

function count(totals: Totals, item: Item | undefined, by: 1 | -1): void {
  if (item?.state === "open") totals.waiting += by;
  if (item?.state === "active") totals.active += by;
  if (item?.state === "wrap_up") totals.wrapUp += by;
}

function countAgent(totals: Totals, agent: AgentInfo | undefined, by: 1 | -1): void {
  if (agent?.presence !== "available") return;
  totals.available += by;
  totals.freeUnits += by * Math.max(0, agent.capacity - agent.load);
}
