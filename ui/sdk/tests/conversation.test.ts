import "./support/browser";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type AgentClient, type CustomerClient, createAgent, createCustomer } from "../src/index";
import { eventually, when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("a conversation on a real server", () => {
  let server: TestServer;
  const open: { close(): void }[] = [];

  beforeAll(async () => {
    server = await TestServer.start();
  }, 60_000);
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });
  afterAll(() => server?.remove());

  function customer(id: string, more: object = {}): CustomerClient {
    const client = createCustomer({
      server: server.url,
      widget: "shop",
      storage: id,
      getToken: async () => server.customerToken(id),
      ...more,
    });
    open.push(client);
    return client;
  }

  function agent(id: string): AgentClient {
    const client = createAgent({
      server: server.url,
      storage: id,
      getToken: async () => server.agentToken(id),
    });
    open.push(client);
    return client;
  }

  test("a customer writes, an agent answers, marks and typing go both ways", async () => {
    const maria = customer("maria");
    const anna = agent("anna");
    await when(anna.connection, (c) => c.state === "online");
    await anna.request("presence", { presence: "available" });
    maria.send("Where is my parcel?");
    const [offer] = await when(anna.offers, (o) => o.length > 0);
    expect(offer?.returning).toBe(false);
    const id = offer?.view.id as string;
    await anna.request("accept", { conversation: id });
    expect(anna.offers.get()).toEqual([]);
    const desk = anna.open(id);
    await when(desk.messages, (m) => m.some((x) => x.text === "Where is my parcel?"));
    desk.send("Let me look.");
    const current = await when(maria.current, (t) => t !== null && t.id === id);
    await when(current?.messages as never, (m: { text: string }[]) =>
      m.some((x) => x.text === "Let me look."),
    );
    await when(maria.unread, (n) => n === 1);
    current?.markRead();
    await when(maria.unread, (n) => n === 0);
    await when(desk.messages, (m) =>
      m.some((x) => x.text === "Let me look." && x.delivery === "read"),
    );
    current?.setTyping(true);
    await when(desk.typing, (t) => t?.side === "customer");
    current?.setTyping(false);
    await when(desk.typing, (t) => t === null);
    const mine = await eventually(() => current?.messages.get().find((m) => m.mine) ?? false);
    expect(mine).toMatchObject({ text: "Where is my parcel?" });
  });
});
