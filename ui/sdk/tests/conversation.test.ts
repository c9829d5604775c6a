import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ThreadMessage } from "../src/index";
import { Clients, going, message, texts } from "./support/clients";
import { when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("a conversation on a real server", () => {
  let server: TestServer;
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => clients.close());
  afterAll(() => server?.remove());

  test("a customer writes, an agent answers, marks and typing go both ways", async () => {
    const maria = clients.customer("maria");
    const anna = clients.agent("anna");
    await when(anna.connection, (c) => c.state === "online");
    await anna.request("presence", { presence: "available" });
    maria.send("Where is my parcel?");
    expect(texts(maria.current.get()?.messages.get() ?? [])).toEqual(["Where is my parcel?"]);
    expect(maria.current.get()?.messages.get()[0]?.delivery).toBe("waiting");

    const [offer] = await when(anna.offers, (o) => o.length > 0);
    const id = offer?.view.id as string;
    expect(offer?.deadline).toBeGreaterThan(anna.now());
    await anna.request("accept", { conversation: id });
    expect(anna.offers.get()).toEqual([]);

    const desk = anna.open(id);
    await message(desk, "Where is my parcel?", (m) => !m.mine);
    desk.send("Let me look.");
    const shop = await going(maria);
    await message(shop, "Let me look.", (m) => m.author.name === "Anna");
    await message(desk, "Let me look.", (m) => m.delivery === "delivered");
    await when(maria.unread, (n) => n === 1);
    shop.markRead();
    await when(maria.unread, (n) => n === 0);
    await message(desk, "Let me look.", (m) => m.delivery === "read");

    shop.setTyping(true);
    await when(desk.typing, (t) => t?.side === "customer");
    shop.setTyping(false);
    await when(desk.typing, (t) => t === null);
    desk.setTyping(true);
    await when(shop.typing, (t) => t?.side === "agent");
    desk.send("It is on its way.");
    await when(shop.typing, (t) => t === null);
  });

  test("an offer that was made before the agent's page was loaded is there", async () => {
    const [bob, other] = [clients.agent("bob"), clients.agent("bob", { storage: "bob-2" })];
    await when(bob.connection, (c) => c.state === "online");
    await bob.request("presence", { presence: "available" });
    clients.customer("joao").send("Anybody there?");
    const [offer] = await when(bob.offers, (o) => o.length > 0);
    expect(await when(other.offers, (o) => o.length > 0)).toHaveLength(1);
    const late = clients.agent("bob", { storage: "bob-3" });
    const [found] = await when(late.offers, (o) => o.length > 0);
    expect(found).toMatchObject({ deadline: offer?.deadline, returning: false, transfer: false });
    await bob.request("accept", { conversation: offer?.view.id as string });
    await when(late.offers, (o) => o.length === 0);
    await when(other.offers, (o) => o.length === 0);
  });

  test("a refusal says what the server says", async () => {
    const anna = clients.agent("anna");
    const nowhere = "018bcfe5-687b-7fff-bfff-ffffffffffff";
    await expect(anna.request("accept", { conversation: nowhere })).rejects.toMatchObject({
      name: "Refusal",
      code: "not_found",
      retry: false,
      help: "/docs/errors#not_found",
    });
    const thread = anna.open(nowhere);
    expect((await when(thread.refusal, (r) => r !== null))?.code).toBe("not_found");
    await expect(anna.request("floor", {})).rejects.toMatchObject({ code: "forbidden" });
  });

  test("an agent who may see a conversation no longer is told so, and follows it again later", async () => {
    const olga = server.api("olga");
    await olga.put("/api/v1/config/queues/vip", { name: "VIP", members: ["bob"] });
    const customer = clients.customer("moved");
    const { id } = await customer.start({}, "Before");
    const carol = server.api("carol");
    const path = `/api/v1/conversations/${id}`;
    const anna = clients.agent("anna");
    const desk = anna.open(id);
    await message(desk, "Before");
    await carol.post(`${path}/transfer`, { queue: "vip" });
    expect((await when(desk.refusal, (r) => r !== null))?.code).toBe("not_found");
    customer.send("Meanwhile");
    await message(await going(customer), "Meanwhile", (m) => m.delivery === "sent");
    expect(texts(desk.messages.get())).not.toContain("Meanwhile");
    await carol.post(`${path}/transfer`, { queue: "support" });
    const again = anna.open(id);
    await message(again, "Meanwhile");
    expect(desk.refusal.get()).toBeNull();
    expect(desk.messages.get()).toBe(again.messages.get());
  });

  test("a masked text is shown as the server keeps it", async () => {
    const maria = clients.customer("masked");
    maria.send("My card is 4111 1111 1111 1111.");
    const thread = await going(maria);
    const hidden = (m: ThreadMessage) => m.mine && !m.text.includes("4111 1111 1111 1111");
    const shown = await when(thread.messages, (all) => all.some(hidden));
    expect(shown.filter((m) => m.mine)).toHaveLength(1);
  });

  test("earlier pages are loaded one after the other, without a gap", async () => {
    const customer = "long";
    const api = server.api("anna");
    const { id } = await clients.customer(customer).start({}, "message 0");
    await server.api("carol").post(`/api/v1/conversations/${id}/assign`, { agent: "anna" });
    await api.post(`/api/v1/conversations/${id}/accept`).catch(() => {});
    const desk = clients.agent("anna").open(id);
    for (let n = 0; n < 80; n += 1) desk.send(`answer ${n}`);
    await message(desk, "answer 79", (m) => m.seq !== undefined, 40_000);
    const thread = await going(clients.customer(customer));
    const numbers = () => thread.messages.get().map((m) => m.seq);
    await when(thread.messages, (all) => all.length > 0);
    expect(numbers()).toHaveLength(50);
    while (thread.earlier.get() === "more") await thread.loadEarlier();
    const last = numbers().at(-1) ?? 0;
    expect(last).toBeGreaterThan(80);
    expect(numbers()).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  });

  test("after the agent has ended, the next message begins a conversation, and both are there", async () => {
    const maria = clients.customer("ended");
    maria.send("First.");
    const first = await going(maria);
    await server.api("carol").post(`/api/v1/conversations/${first.id}/force-close`);
    await when(maria.current, (t) => t === null);
    maria.send("Second.");
    const second = await going(maria);
    expect(second.id).not.toBe(first.id);
    await message(second, "Second.", (m) => m.seq !== undefined);
    expect(maria.threads.get().map((v) => v.id)).toEqual([second.id, first.id]);
    const earlier = maria.open(first.id);
    await message(earlier, "First.");
  });

  test("live: the place in the line, and the customer ends", async () => {
    const live = { widget: "chat" };
    const first = clients.customer("live-1", live);
    await first.start({ topic: "sales" }, "Hello?");
    const second = clients.customer("live-2", live);
    const thread = await second.start({}, "Me too.");
    await when(second.place, (p) => p?.position != null);
    await second.end();
    await when(thread.view, (v) => v.state === "closed" || v.state === "wrap_up");
    await when(second.current, (t) => t === null);
    expect(second.place.get()).toBeNull();
    await server.kill();
    const third = clients.customer("live-3", live);
    const never = expect(third.start({}, "Never mind")).rejects.toMatchObject({
      code: "discarded",
    });
    await when(third.current, (t) => t !== null);
    await third.end();
    await never;
    await when(third.current, (t) => t === null);
    await server.up();
    await when(third.ready, Boolean);
    expect(third.threads.get()).toEqual([]);
  });
});
