import type { Item } from "@linger/sdk";
import { expect, test } from "vitest";
import { keyOf, matches, nameOf } from "../src/desk/lists";
import { Order } from "../src/desk/order";
import { DeskStore } from "../src/desk/store";

const item = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  version: 1,
  state: "active",
  mode: "persistent",
  workstream: "support",
  customer: `customer-${id}`,
  agent: "anna",
  accepted: true,
  last_seq: 1,
  customer_marks: { delivered: 0, read: 0 },
  agent_marks: { delivered: 0, read: 0 },
  created_at: 1,
  activity_at: 1,
  queued_at: 1,
  ...more,
});

function desk(queues: string[] | null = null) {
  const work: (() => void)[] = [];
  const store = new DeskStore(
    { agent: "anna", queues: queues && new Set(queues) },
    (each) => void work.push(each),
  );
  const frame = () => {
    for (const each of work.splice(0)) each();
  };
  return { store, frame, work };
}

test("an order is that of its keys, whatever came first", () => {
  const order = new Order();
  const model = new Map<string, number>();
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  for (let step = 0; step < 6000; step++) {
    const id = `c${random(900)}`;
    if (random(4) === 0) {
      expect(order.delete(id)).toBe(model.delete(id));
    } else {
      const a = random(300);
      order.put(id, { a, b: 0 });
      model.set(id, a);
    }
  }
  const sorted = [...model].sort(([x, a], [y, b]) => a - b || (x < y ? -1 : 1)).map(([id]) => id);
  expect(order.ids()).toEqual(sorted);
  expect(order.size).toBe(sorted.length);
  sorted.forEach((id, index) => {
    expect(order.indexOf(id)).toBe(index);
    expect(order.at(index)).toBe(id);
  });
  expect(order.indexOf("nobody")).toBe(-1);
  expect(order.at(sorted.length)).toBeUndefined();
});

test("many changes of one conversation are one change", () => {
  const { store, frame, work } = desk();
  let rows = 0;
  let lists = 0;
  store.row("a").subscribe(() => rows++);
  store.version("mine").subscribe(() => lists++);
  for (let version = 1; version <= 50; version++) {
    store.put(item("a", { version, activity_at: version }));
  }
  expect(work.length).toBe(1);
  frame();
  expect([rows, lists]).toEqual([1, 1]);
  expect(store.get("a")?.item.version).toBe(50);
});

test("an older version changes nothing, a view keeps what only items say", () => {
  const { store, frame } = desk();
  store.put(item("a", { version: 5, units: 2, name: "Maria" }));
  store.put(item("a", { version: 4, state: "closed" }));
  frame();
  expect(store.get("a")?.item.state).toBe("active");
  store.put(item("a", { version: 6, subject: "Order" }));
  frame();
  expect(store.get("a")?.item).toMatchObject({ units: 2, name: "Maria", subject: "Order" });
});

test("conversations are in the lists they belong to, and counted", () => {
  const { store, frame } = desk(["sales"]);
  store.put(item("mine"));
  store.put(item("offered", { accepted: false }));
  store.put(item("parked", { state: "waiting", agent: undefined, last_agent: "anna" }));
  store.put(item("open", { state: "open", agent: undefined, queue: "sales" }));
  store.put(item("foreign", { state: "open", agent: undefined, queue: "other" }));
  store.put(item("back", { state: "open", agent: undefined, waiting_for: "anna", queue: "sales" }));
  store.put(item("asked", { agent: "bob", consultants: [{ agent: "anna", role: "invited" }] }));
  frame();
  expect(store.order("mine").ids().sort()).toEqual(["asked", "back", "mine"]);
  expect(store.order("waiting").ids()).toEqual(["parked"]);
  expect(store.order("open").ids()).toEqual(["open"]);
  expect(store.counts.get()).toEqual({ mine: 3, waiting: 1, open: 1, all: 7 });
  store.setQueues(null);
  expect(store.counts.get().open).toBe(2);
});

test("a filter changes what is shown and not what is counted", () => {
  const { store, frame } = desk();
  store.put(item("a", { name: "Maria", tags: ["vip"] }));
  store.put(item("b", { name: "João" }));
  frame();
  store.setFilter({ text: "mar", tag: "" });
  expect(store.order("mine").ids()).toEqual(["a"]);
  expect(store.counts.get().mine).toBe(2);
  store.put(item("c", { name: "Mario" }));
  frame();
  expect(store.order("mine").ids()).toEqual(["a", "c"]);
  store.setFilter({ text: "", tag: "vip" });
  expect(store.order("mine").ids()).toEqual(["a"]);
  expect(store.tags.get()).toEqual(["vip"]);
});

test("what a source does not name any more goes", () => {
  const { store, frame } = desk();
  store.put(item("a"));
  store.put(item("w", { state: "waiting", last_agent: "anna" }));
  frame();
  store.replace([item("b")], (each) => each.state !== "waiting");
  frame();
  expect(store.order("mine").ids()).toEqual(["b"]);
  expect(store.order("waiting").ids()).toEqual(["w"]);
});

test("unread messages are summed up and go with their conversation", () => {
  const { store, frame } = desk();
  store.put(item("a"));
  store.setExtra("a", { unread: 3 });
  frame();
  expect(store.unreadTotal.get()).toBe(3);
  store.remove("a");
  frame();
  expect(store.unreadTotal.get()).toBe(0);
});

test("one change in two thousand is of one row", () => {
  const { store, frame } = desk();
  for (let i = 0; i < 2000; i++) store.put(item(`c${i}`, { activity_at: i }));
  frame();
  let woken = 0;
  for (let i = 0; i < 2000; i++) store.row(`c${i}`).subscribe(() => woken++);
  store.put(item("c3", { version: 2, activity_at: 9999 }));
  frame();
  expect(woken).toBe(1);
  expect(store.order("mine").at(0)).toBe("c3");
});

test("open ones stand as they are handed out: returning, priority, waiting longest", () => {
  const open = (id: string, more: Partial<Item>) => item(id, { state: "open", ...more });
  const all = [
    open("late", { waiting_since: 50 }),
    open("early", { waiting_since: 10 }),
    open("important", { waiting_since: 60, priority: 5 }),
    open("returning", { waiting_since: 70, waiting_for: "bob" }),
  ];
  const order = new Order();
  for (const each of all) order.put(each.id, keyOf("open", each));
  expect(order.ids()).toEqual(["returning", "important", "early", "late"]);
});

test("people are called by their name, devices are not called by theirs", () => {
  expect(nameOf({ customer: "maria" })).toBe("maria");
  expect(nameOf({ customer: "maria", name: "Maria Silva" })).toBe("Maria Silva");
  expect(nameOf({ customer: "device:0123456789abcdef" })).toBe("Visitor 012345");
  expect(matches(item("x", { subject: "Late ORDER" }), { text: "order", tag: "" })).toBe(true);
});
