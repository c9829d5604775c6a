import type { AgentInfo, Item, Statistics, StatisticsCounts } from "@linger/sdk";
import { describe, expect, test } from "vitest";
import { pointsOf, queryOf } from "../src/floor/day";
import { NO_FILTER, passes } from "../src/floor/filter";
import { FloorStore } from "../src/floor/store";

const at = 1_700_000_000_000;

function item(id: string, more: Partial<Item> = {}): Item {
  return {
    id,
    version: 1,
    state: "open",
    mode: "persistent",
    workstream: "support",
    customer: `customer-${id}`,
    accepted: false,
    last_seq: 1,
    customer_marks: { delivered: 0, read: 0 },
    agent_marks: { delivered: 0, read: 0 },
    created_at: at,
    activity_at: at,
    queued_at: at,
    queue: "support",
    ...more,
  };
}

function agent(id: string, more: Partial<AgentInfo> = {}): AgentInfo {
  return {
    id,
    display_name: id,
    presence: "available",
    connections: 1,
    capacity: 4,
    load: 0,
    conversations: [],
    ...more,
  };
}

const atOnce = (work: () => void) => work();

describe("the floor", () => {
  test("counts as things change what counting everything would give", () => {
    const store = new FloorStore(atOnce);
    const states = ["open", "active", "wrap_up"] as const;
    const presences = ["available", "busy", "offline"] as const;
    let seed = 7;
    const dice = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % n;
    };
    for (let turn = 0; turn < 2_000; turn++) {
      const id = `c${dice(40)}`;
      const who = `a${dice(10)}`;
      if (dice(5) === 0) store.take({ gone: [id] });
      else store.take({ conversations: [item(id, { version: turn, state: states[dice(3)] })] });
      if (dice(7) === 0) store.take({ gone_agents: [who] });
      else
        store.take({
          agents: [agent(who, { presence: presences[dice(3)], load: dice(6), capacity: 4 })],
        });
      const all = [...store.conversations.rows.values()];
      const agents = [...store.agents.rows.values()].filter((a) => a.presence === "available");
      expect(store.totals.get()).toEqual({
        waiting: all.filter((i) => i.state === "open").length,
        active: all.filter((i) => i.state === "active").length,
        wrapUp: all.filter((i) => i.state === "wrap_up").length,
        available: agents.length,
        freeUnits: agents.reduce((sum, a) => sum + Math.max(0, a.capacity - a.load), 0),
      });
      expect(store.conversations.order.size).toBe(all.length);
    }
  });

  test("shows who waits longest first, and the others by their last activity", () => {
    const store = new FloorStore(atOnce);
    store.take({
      conversations: [
        item("new", { waiting_since: at + 2 }),
        item("old", { waiting_since: at + 1 }),
        item("quiet", { state: "active", activity_at: at + 1 }),
        item("busy", { state: "active", activity_at: at + 9 }),
      ],
    });
    expect(store.conversations.order.ids()).toEqual(["old", "new", "busy", "quiet"]);
    store.take({ conversations: [item("old", { version: 2, state: "active", activity_at: at })] });
    expect(store.conversations.order.ids()).toEqual(["new", "busy", "quiet", "old"]);
  });

  test("does not go back to an older version", () => {
    const store = new FloorStore(atOnce);
    store.take({ conversations: [item("a", { version: 5, state: "active" })] });
    store.take({ conversations: [item("a", { version: 4, state: "open" })] });
    expect(store.conversations.rows.get("a")?.state).toBe("active");
  });

  test("after a reconnect has what the answer names and nothing else", () => {
    const store = new FloorStore(atOnce);
    store.take({
      conversations: [item("a"), item("b")],
      agents: [agent("anna"), agent("bob")],
      queues: [{ id: "x", waiting: 1 }],
    });
    store.replace({
      conversations: [item("b"), item("c")],
      agents: [agent("bob")],
      queues: [{ id: "y", waiting: 0 }],
    });
    expect([...store.conversations.rows.keys()].sort()).toEqual(["b", "c"]);
    expect([...store.agents.rows.keys()]).toEqual(["bob"]);
    expect(store.queues.get()).toEqual([{ id: "y", waiting: 0 }]);
  });

  test("tells the row that changed and no other, and moves nothing that keeps its place", () => {
    const store = new FloorStore(atOnce);
    store.take({
      conversations: Array.from({ length: 2_000 }, (_, n) => item(`c${n}`, { queued_at: at + n })),
    });
    let told = 0;
    let other = 0;
    store.conversations.row("c7").subscribe(() => told++);
    store.conversations.row("c8").subscribe(() => other++);
    const version = store.conversations.version.get();
    store.take({ conversations: [item("c7", { version: 2, queued_at: at + 7, subject: "new" })] });
    expect([told, other]).toEqual([1, 0]);
    expect(store.conversations.version.get()).toBe(version);
  });

  test("a change touches as few rows among 5,000 as among 50", () => {
    const touched = (many: number) => {
      const store = new FloorStore(atOnce);
      const reads = { count: 0 };
      const counted = (n: number, version: number) =>
        new Proxy(item(`c${n}`, { version, queued_at: at + n }), {
          get(target, field) {
            reads.count++;
            return Reflect.get(target, field);
          },
        });
      store.take({ conversations: Array.from({ length: many }, (_, n) => counted(n, 1)) });
      reads.count = 0;
      store.take({ conversations: [counted(3, 2)] });
      return reads.count;
    };
    expect(touched(5_000)).toBe(touched(50));
  });
});

describe("filters", () => {
  test.each([
    [{ text: "MARÍA" }, true],
    [{ text: "vip" }, true],
    [{ text: "nobody" }, false],
    [{ state: "open" }, true],
    [{ state: "active" }, false],
    [{ queue: "support", agent: "anna" }, false],
    [{}, true],
  ])("%o", (fields, expected) => {
    const found = item("a", { name: "María", tags: ["vip"], subject: "Parcel" });
    expect(passes({ ...NO_FILTER, ...fields }, found)).toBe(expected);
  });
});

describe("the day", () => {
  const counts = (more: Partial<StatisticsCounts> = {}): StatisticsCounts => ({
    started: 0,
    returned: 0,
    assigned: 0,
    wait_ms_sum: 0,
    ended: 0,
    closed: 0,
    parked: 0,
    declined: 0,
    customer_messages: 0,
    agent_messages: 0,
    ...more,
  });

  test("adds workstreams up, and weighs waits by how many were taken", () => {
    const statistics: Statistics = {
      step_ms: 3_600_000,
      buckets: [
        {
          at,
          workstreams: {
            a: counts({ started: 2, assigned: 1, wait_ms_sum: 60_000, waiting_end: 3 }),
            b: counts({ started: 1, assigned: 3, wait_ms_sum: 60_000 }),
          },
        },
        { at: at + 3_600_000, workstreams: {} },
      ],
    };
    const [first, second] = pointsOf(statistics, null);
    expect(first).toMatchObject({ started: 3, handled: 4, wait: 0.5, waiting: 3 });
    expect(second).toMatchObject({ started: 0, wait: null, waiting: null });
    expect(pointsOf(statistics, "b")[0]).toMatchObject({ started: 1, wait: 0.3, waiting: null });
  });

  test("asks for days as the reader has them", () => {
    const query = new URLSearchParams(queryOf("yesterday", at));
    expect(query.get("step")).toBe("1h");
    const since = Number(query.get("since"));
    expect(new Date(since).getHours()).toBe(0);
    expect(Number(query.get("until"))).toBe(new Date(at).setHours(0, 0, 0, 0));
    expect(new URLSearchParams(queryOf("week", at)).get("step")).toBe("1d");
  });
});
