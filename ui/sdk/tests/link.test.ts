import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ClientFrame, Refusal, type ServerFrame } from "../src/index";
import { Link, type LinkHost } from "../src/link/link";
import type { OpenTransport, TransportEvents } from "../src/link/transport";

const HEARTBEAT = 20_000;

/** One way to the server, as the test wants it. */
class Way {
  sent: ClientFrame[] = [];
  closed = false;
  readonly #events: TransportEvents;

  constructor(events: TransportEvents) {
    this.#events = events;
  }

  say(frame: ServerFrame) {
    this.#events.frame(frame);
  }

  welcome(retry_ms = 1_000) {
    const principal = { kind: "agent" as const, id: "anna" };
    const at = Date.now() + 5_000;
    const welcome = { session: 1, principal, at, heartbeat_ms: HEARTBEAT, retry_ms };
    this.say({ type: "welcome", ...welcome });
  }

  refuse(code: string, more: { retry?: boolean; retry_after_ms?: number } = {}) {
    this.say({ type: "refused", code, message: code, retry: false, help: "/h", ...more });
    this.end();
  }

  end() {
    this.#events.ended();
  }
}

describe("a connection", () => {
  let sockets: Way[];
  let polls: Way[];
  let link: Link;
  let tokens: boolean[];
  let log: string[];

  function ways(list: Way[]): OpenTransport {
    return (_hello, events) => {
      const way = new Way(events);
      list.push(way);
      return {
        send: (frame) => way.sent.push(frame),
        close: () => {
          way.closed = true;
        },
      };
    };
  }

  function make(more: Partial<LinkHost> = {}) {
    const host: LinkHost = {
      renewable: true,
      token: async (fresh) => {
        tokens.push(fresh);
        return "token";
      },
      cursors: () => ({}),
      welcomed: (_welcome, again) => log.push(again ? "welcomed again" : "welcomed"),
      renewed: () => log.push("renewed"),
      frame: (frame) => log.push(frame.type),
      lost: () => log.push("lost"),
      ...more,
    };
    link = new Link(host, ways(sockets), ways(polls));
    return vi.advanceTimersByTimeAsync(0);
  }

  const state = () => link.connection.get().state;
  const last = (list: Way[]) => list.at(-1) as Way;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(1);
    [sockets, polls, tokens, log] = [[], [], [], []];
  });
  afterEach(() => {
    link.close();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test("is opened again for ever, later and later", async () => {
    await make();
    expect(state()).toBe("connecting");
    const opened: number[] = [];
    let before = Date.now();
    for (let n = 0; n < 9; n += 1) {
      const ways = sockets.length + polls.length;
      // Whichever was opened last fails.
      for (const way of [...sockets, ...polls].filter((w) => !w.closed)) way.end();
      while (sockets.length + polls.length === ways) await vi.advanceTimersByTimeAsync(100);
      opened.push(Math.round((Date.now() - before) / 1_000));
      before = Date.now();
    }
    expect(state()).toBe("offline");
    expect(opened).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30]);
    // Sockets twice, then the other way once, and so on.
    expect([sockets.length, polls.length]).toEqual([7, 3]);
  });

  test("that has been silent is asked, and given up if it does not answer", async () => {
    await make();
    last(sockets).welcome();
    expect(state()).toBe("online");
    expect(link.now() - Date.now()).toBe(5_000);
    await vi.advanceTimersByTimeAsync(HEARTBEAT);
    expect(last(sockets).sent).toEqual([{ type: "ping" }]);
    last(sockets).say({ type: "pong" });
    await vi.advanceTimersByTimeAsync(HEARTBEAT);
    expect(last(sockets).sent).toHaveLength(2);
    expect(state()).toBe("online");
    await vi.advanceTimersByTimeAsync(9_500);
    expect(sockets[0]?.closed).toBe(true);
    expect(log).toEqual(["welcomed", "lost"]);
    last(sockets).welcome();
    expect(log.at(-1)).toBe("welcomed again");
  });

  test("comes back after a goodbye when the server says", async () => {
    await make();
    last(sockets).welcome();
    last(sockets).say({ type: "goaway", retry_ms: 7_000 });
    last(sockets).end();
    await vi.advanceTimersByTimeAsync(6_900);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(sockets).toHaveLength(2);
  });

  test("goes the other way when sockets are blocked, and tries them again", async () => {
    await make();
    last(sockets).end();
    await vi.advanceTimersByTimeAsync(1_000);
    last(sockets).end();
    await vi.advanceTimersByTimeAsync(2_000);
    last(polls).welcome();
    expect(link.connection.get()).toMatchObject({ state: "online", transport: "poll" });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sockets).toHaveLength(3);
    last(sockets).welcome();
    expect(link.connection.get()).toMatchObject({ state: "online", transport: "socket" });
  });

  test.each([
    { renewable: true, states: ["offline", "signed_out", "signed_out"] },
    { renewable: false, states: ["signed_out"] },
  ])(
    "whose token is refused is signed out; a renewable one is tried ($renewable)",
    async (case_) => {
      await make({ renewable: case_.renewable });
      for (let n = 0; n < case_.states.length; n += 1) {
        last(sockets).refuse("token_invalid");
        expect(state()).toBe(case_.states[n]);
        await vi.advanceTimersByTimeAsync(1_010 * 2 ** n);
      }
      expect(link.connection.get().refusal?.code).toBe("token_invalid");
      if (case_.renewable) expect(tokens).toEqual([false, true, true, true]);
      else expect(sockets).toHaveLength(1);
    },
  );

  test("waits as long as it is told", async () => {
    await make();
    last(sockets).refuse("rate_limited", { retry: true, retry_after_ms: 12_000 });
    expect(link.connection.get().refusal).toBeInstanceOf(Refusal);
    await vi.advanceTimersByTimeAsync(11_900);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(sockets).toHaveLength(2);
  });

  test("without a token there is none, and it says why", async () => {
    let fail = true;
    await make({
      token: async () => {
        if (fail) throw new Error("the shop is down");
        return "token";
      },
    });
    expect(state()).toBe("offline");
    expect(link.connection.get().refusal?.message).toContain("the shop is down");
    fail = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(1);
  });

  test("an expired token is renewed, however often that fails", async () => {
    let given: string | undefined;
    await make({
      token: async (fresh) => {
        if (fresh && given === undefined) throw new Error("not now");
        return given ?? "old";
      },
    });
    last(sockets).welcome();
    link.expire();
    expect(link.expired).toBe(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(last(sockets).sent.filter((f) => f.type === "renew")).toEqual([]);
    given = "new";
    await vi.advanceTimersByTimeAsync(10_000);
    const renew = last(sockets).sent.find((f) => f.type === "renew") as { ref: string };
    expect(renew).toMatchObject({ token: "new" });
    last(sockets).say({ type: "accepted", ref: renew.ref });
    await vi.advanceTimersByTimeAsync(0);
    expect(link.expired).toBe(false);
    expect(log).toContain("renewed");
  });

  test("there is none as long as there is nothing to connect for", async () => {
    let idle = true;
    await make({ idle: async () => idle });
    expect(state()).toBe("idle");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sockets).toEqual([]);
    idle = false;
    link.reconnect();
    await vi.advanceTimersByTimeAsync(0);
    last(sockets).welcome();
    expect(state()).toBe("online");
  });
});
