import type { AgentInfo, Item } from "@linger/sdk";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Order } from "../src/desk/order";
import { NO_FILTER } from "../src/floor/filter";
import { FloorStore } from "../src/floor/store";

const at = 1_700_000_000_000;

function item(n: number, more: Partial<Item> = {}): Item {
  return {
    id: `c${String(n).padStart(6, "0")}`,
    version: 1,
    state: "open",
    mode: "persistent",
    workstream: "support",
    customer: `customer-${n}`,
    accepted: false,
    last_seq: 1,
    customer_marks: { delivered: 0, read: 0 },
    agent_marks: { delivered: 0, read: 0 },
    created_at: at,
    activity_at: at,
    queued_at: at + n,
    queue: "support",
    ...more,
  };
}

function agent(n: number, load: number): AgentInfo {
  const id = `agent-${n}`;
  const rest = { connections: 1, capacity: 4, conversations: [] };
  return { id, display_name: id, presence: "available", load, ...rest };
}

const range = (many: number) => Array.from({ length: many }, (_, n) => n);
const atOnce = (work: () => void) => work();

afterEach(() => vi.restoreAllMocks());

/** What moves and what is compared while `work` runs. Times depend on the machine; these do not. */
function shifted(work: () => void): number {
  let count = 0;
  const splice = Array.prototype.splice;
  const spy = vi.spyOn(Array.prototype, "splice");
  spy.mockImplementation(function (this: unknown[], start: number, ...rest: unknown[]) {
    count += this.length - start;
    return splice.apply(this, [start, ...rest] as unknown as Parameters<typeof splice>);
  });
  work();
  spy.mockRestore();
  return count;
}

describe("what one change costs", () => {
  /** A number that counts how often it is compared. */
  const counted = (reads: { count: number }, n: number) =>
    ({
      valueOf() {
        reads.count++;
        return n;
      },
    }) as unknown as number;

  function comparisons(many: number): number {
    const reads = { count: 0 };
    const order = new Order();
    for (const n of range(many)) order.put(`id-${n}`, { a: counted(reads, n), b: 0 });
    reads.count = 0;
    order.put("id-3", { a: counted(reads, many / 2 + 0.5), b: 0 });
    return reads.count;
  }

  test("a move is compared with few others: a thousand times the rows, some steps more", () => {
    expect(comparisons(50)).toBeLessThan(60);
    expect(comparisons(50_000)).toBeLessThan(comparisons(50) + 60);
  });

  test("a move shifts one block, however many rows there are", () => {
    const moved = (many: number) => {
      const order = new Order();
      for (const n of range(many)) order.put(`id-${n}`, { a: n, b: 0 });
      return shifted(() => order.put("id-3", { a: many / 2 + 0.5, b: 0 }));
    };
    expect(moved(50)).toBeLessThanOrEqual(50 * 2);
    expect(moved(5_000)).toBeLessThanOrEqual(128 * 2);
    expect(moved(50_000)).toBeLessThanOrEqual(128 * 2);
  });

  test.each([50, 5_000])("of %i conversations the store moves and tells as little", (many) => {
    const store = new FloorStore(atOnce);
    store.take({ conversations: range(many).map((n) => item(n)) });
    let told = 0;
    for (const n of range(many)) store.conversations.row(item(n).id).subscribe(() => told++);
    const moved = shifted(() =>
      store.take({
        conversations: [item(3, { version: 2, state: "active" }), item(many, { queued_at: at })],
        gone: [item(7).id],
      }),
    );
    expect(moved).toBeLessThanOrEqual(128 * 5);
    expect(told).toBe(2);
    expect(store.totals.get()).toMatchObject({ waiting: many - 1, active: 1 });
  });

  test("of 500 agents one that is given something tells one row", () => {
    const store = new FloorStore(atOnce);
    store.take({ agents: range(500).map((n) => agent(n, 0)) });
    let told = 0;
    for (const n of range(500)) store.agents.row(`agent-${n}`).subscribe(() => told++);
    expect(shifted(() => store.take({ agents: [agent(3, 1)] }))).toBeLessThanOrEqual(128 * 2);
    expect(told).toBe(1);
    expect(store.totals.get()).toMatchObject({ available: 500, freeUnits: 1_999 });
  });
});

describe("what comes within one picture", () => {
  test("is applied together: everybody is told once", () => {
    const asked: (() => void)[] = [];
    const store = new FloorStore((work) => asked.push(work));
    store.take({ conversations: range(100).map((n) => item(n)) });
    store.flush();
    asked.length = 0;
    const told = { row: 0, order: 0, totals: 0 };
    store.conversations.row(item(7).id).subscribe(() => told.row++);
    store.conversations.version.subscribe(() => told.order++);
    store.totals.subscribe(() => told.totals++);
    for (let version = 2; version < 40; version++) {
      store.take({ conversations: [item(7, { version, queued_at: at - version })] });
    }
    expect(asked).toHaveLength(1);
    expect(told).toEqual({ row: 0, order: 0, totals: 0 });
    for (const work of asked) work();
    expect(told).toEqual({ row: 1, order: 1, totals: 1 });
    expect(store.conversations.order.at(0)).toBe(item(7).id);
  });
});

describe("what is shown and what is known", () => {
  test("what a filter hides is counted, and is shown once it fits", () => {
    const store = new FloorStore(atOnce);
    store.take({ conversations: [item(1), item(2, { queue: "sales" })] });
    store.show({ ...NO_FILTER, queue: "sales" }, "waiting");
    expect(store.conversations.order.ids()).toEqual([item(2).id]);
    store.take({ conversations: [item(1, { version: 2, queue: "sales" })] });
    expect(store.conversations.order.ids()).toEqual([item(1).id, item(2).id]);
    store.take({ conversations: [item(2, { version: 2, queue: "support" })] });
    expect(store.conversations.order.ids()).toEqual([item(1).id]);
    expect(store.totals.get().waiting).toBe(2);
  });

  test("a parked one that comes a last time in the frame that names it gone is gone", () => {
    const store = new FloorStore(atOnce);
    store.take({ conversations: [item(1, { state: "active", agent: "anna" })] });
    const parked = item(1, { version: 2, state: "waiting", last_agent: "anna" });
    store.take({ conversations: [parked], gone: [parked.id] });
    expect(store.conversations.rows.size).toBe(0);
    expect(store.totals.get().active).toBe(0);
    // The customer writes again: it is there again.
    store.take({ conversations: [item(1, { version: 3 })] });
    expect(store.conversations.order.ids()).toEqual([parked.id]);
  });
});
