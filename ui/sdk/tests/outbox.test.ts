import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Clients, going, message, texts } from "./support/clients";
import { eventually, when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("the outbox on a real server", () => {
  let server: TestServer;
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => clients.close());
  afterAll(() => server?.remove());

  test("what is written without a server, on a page that is closed, is sent once by the next page", async () => {
    await server.kill();
    const before = clients.customer("offline");
    before.send("One");
    before.send("Two");
    await when(before.outbox, (s) => s === "durable");
    await when(before.connection, (c) => c.state === "offline");
    before.close();
    const after = clients.customer("offline");
    const waiting = await when(after.current, (t) => t?.messages.get().length === 2);
    expect(waiting?.messages.get().map((m) => m.delivery)).toEqual(["waiting", "waiting"]);
    await server.up();
    const thread = await going(after);
    await message(thread, "Two", (m) => m.seq !== undefined);
    const mine = thread.messages.get().filter((m) => m.mine);
    expect(texts(mine)).toEqual(["One", "Two"]);
    expect(mine.every((m) => m.delivery === "sent")).toBe(true);
  });

  test("tabs show the same, and one of them sends", async () => {
    const [left, right] = [clients.customer("tabs"), clients.customer("tabs")];
    await when(left.ready, Boolean);
    await when(right.ready, Boolean);
    left.send("From the left");
    right.send("From the right");
    const [a, b] = [await going(left), await going(right)];
    expect(a.id).toBe(b.id);
    for (const thread of [a, b]) {
      await message(thread, "From the left", (m) => m.delivery === "sent");
      await message(thread, "From the right", (m) => m.delivery === "sent");
    }
    for (let n = 0; n < 8; n += 1) (n % 2 ? a : b).send(`number ${n}`);
    const all = (thread: typeof a) => texts(thread.messages.get().filter((m) => m.mine && m.seq));
    await eventually(() => all(a).length === 10 && all(b).length === 10);
    expect(all(a)).toEqual(all(b));
    expect(all(a).slice(2)).toEqual(Array.from({ length: 8 }, (_, n) => `number ${n}`));
  });

  test.each(["Hello", undefined])(
    "a tab that only looks on is told of a start (%s)",
    async (text) => {
      const name = `looks-on-${text}`;
      const [acting, looking] = [clients.customer(name), clients.customer(name)];
      await when(acting.ready, Boolean);
      await when(looking.ready, Boolean);
      const { id } = await acting.start({ topic: "order" }, text);
      expect((await going(looking)).id).toBe(id);
      expect(looking.threads.get().map((v) => v.id)).toEqual([id]);
      await server.api("carol").post(`/api/v1/conversations/${id}/force-close`);
      await when(looking.current, (t) => t === null);
      acting.send("Once more");
      const next = await going(looking);
      expect(next.id).not.toBe(id);
      await message(next, "Once more", (m) => m.delivery === "sent");
    },
  );

  test("what the server will never take is marked, and can be discarded or sent again", async () => {
    const customer = clients.customer("refused");
    customer.send("Hello");
    const thread = await going(customer);
    thread.send("x".repeat(9_000));
    thread.send("after it");
    const refused = await when(thread.messages, (all) => all.some((m) => m.delivery === "refused"));
    const long = refused.find((m) => m.delivery === "refused");
    expect(long?.refusal?.code).toBe("too_long");
    await message(thread, "after it", (m) => m.delivery === "sent");
    thread.retry(long?.key as string);
    await when(thread.messages, (all) =>
      all.some((m) => m.key === long?.key && m.delivery === "refused"),
    );
    thread.discard(long?.key as string);
    await when(thread.messages, (all) => !all.some((m) => m.key === long?.key));
    customer.close();
    const again = await going(clients.customer("refused"));
    await message(again, "after it");
    expect(again.messages.get().some((m) => m.delivery === "refused")).toBe(false);
  });

  test("whoever writes too fast is slowed down, and nothing is lost or out of order", async () => {
    const customer = clients.customer("fast");
    const sent = Array.from({ length: 30 }, (_, n) => `fast ${n}`);
    for (const text of sent) customer.send(text);
    const thread = await going(customer);
    await message(thread, "fast 29", (m) => m.seq !== undefined, 40_000);
    expect(texts(thread.messages.get().filter((m) => m.mine))).toEqual(sent);
  });

  test("a message that was written before the conversation ended begins a new one", async () => {
    const customer = clients.customer("meanwhile");
    customer.send("Hello");
    const first = await going(customer);
    await message(first, "Hello", (m) => m.delivery === "sent");
    await server.kill();
    await when(customer.connection, (c) => c.state !== "online");
    first.send("Still there?");
    const key = first.messages.get().at(-1)?.key;
    customer.close();
    await server.up();
    await server.api("carol").post(`/api/v1/conversations/${first.id}/force-close`);
    const second = await going(clients.customer("meanwhile"));
    expect(second.id).not.toBe(first.id);
    expect((await message(second, "Still there?", (m) => m.seq !== undefined)).key).toBe(key);
  });

  test("what waits is its writer's: nobody else on the same browser sends it", async () => {
    const ana = clients.customer("ana", { storage: "shared" });
    await when(ana.ready, Boolean);
    await server.kill();
    await when(ana.connection, (c) => c.state !== "online");
    ana.send("Only mine");
    await when(ana.outbox, (s) => s === "durable");
    ana.close();
    await server.up();
    const ben = clients.customer("ben", { storage: "shared" });
    await when(ben.ready, Boolean);
    expect(ben.current.get()).toBeNull();
    ben.send("I am Ben");
    const thread = await going(ben);
    await message(thread, "I am Ben", (m) => m.delivery === "sent");
    expect(texts(thread.messages.get())).not.toContain("Only mine");
    ben.close();
    const back = await going(clients.customer("ana", { storage: "shared" }));
    await message(back, "Only mine", (m) => m.delivery === "sent");
  });

  test("without IndexedDB it is in memory, says so, and sends all the same", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const customer = clients.customer("private");
    await when(customer.outbox, (s) => s === "memory");
    customer.send("Nobody keeps this");
    await message(await going(customer), "Nobody keeps this", (m) => m.delivery === "sent");
    vi.unstubAllGlobals();
  });

  test("a start that is asked for twice is one, and answers once it is durable", async () => {
    const customer = clients.customer("starts");
    const [a, b] = await Promise.all([
      customer.start({ topic: "sales" }, "Prices?"),
      customer.start({ topic: "sales" }, "Prices?"),
    ]);
    expect(a.id).toBe(b.id);
    await message(a, "Prices?", (m) => m.seq !== undefined);
    expect(a.messages.get().filter((m) => m.mine)).toHaveLength(1);
    expect((await customer.start({})).id).toBe(a.id);
  });
});
