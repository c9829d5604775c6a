import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { blockSockets } from "./support/blocked";
import { Clients, going, message, texts } from "./support/clients";
import { eventually, when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("where no socket gets through", () => {
  let server: TestServer;
  const clients = new Clients(() => server);
  let unblock = () => {};

  beforeAll(async () => {
    server = await TestServer.start();
    unblock = blockSockets();
  });
  afterEach(() => clients.close());
  afterAll(async () => {
    unblock();
    await server?.remove();
  });

  test("a conversation goes on all the same, through a crash as well", async () => {
    const anna = await clients.eager("anna");
    const maria = clients.customer("maria");
    maria.send("Through the wall");
    const shop = await going(maria);
    expect(maria.connection.get()).toMatchObject({ state: "online", transport: "poll" });
    expect(maria.customer.get()).toBe("maria");
    await when(shop.view, (v) => v.accepted);
    const desk = anna.open(shop.id);
    await message(desk, "Through the wall");
    desk.send("I can hear you");
    await message(shop, "I can hear you");
    shop.markRead();
    await message(desk, "I can hear you", (m) => m.delivery === "read");
    await server.kill();
    shop.send("During");
    desk.send("Meanwhile");
    await server.up();
    await message(shop, "Meanwhile", undefined, 30_000);
    await message(shop, "During", (m) => m.seq !== undefined, 30_000);
    await message(desk, "During");
    await eventually(() => {
      const seen = (thread: typeof shop) =>
        texts(thread.messages.get().filter((m) => m.author.kind !== "system"));
      expect(seen(shop)).toEqual(seen(desk));
      expect(new Set(seen(shop)).size).toBe(seen(shop).length);
    });
  });
});
