import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Thread } from "../src/index";
import { Clients, going, texts } from "./support/clients";
import { eventually, when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("a server that is killed or stopped in the middle", () => {
  let server: TestServer;
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => clients.close());
  afterAll(() => server?.remove());

  test("nothing is lost, doubled or out of order, on either side", async () => {
    const anna = await clients.eager("anna");
    const maria = clients.customer("maria");
    maria.send("customer 0");
    const shop = await going(maria);
    await when(shop.view, (v) => v.accepted);
    const desk = anna.open(shop.id);
    let [asked, answered] = [1, 0];
    for (let round = 0; round < 4; round += 1) {
      for (let n = 0; n < 4; n += 1) {
        shop.send(`customer ${asked++}`);
        desk.send(`agent ${answered++}`);
      }
      await server.kill(round % 2 ? "SIGTERM" : "SIGKILL");
      shop.send(`customer ${asked++}`);
      desk.send(`agent ${answered++}`);
      await server.up();
    }
    const of = (thread: Thread, kind: string) =>
      texts(thread.messages.get().filter((m) => m.author.kind === kind && m.seq !== undefined));
    const wanted = {
      customer: Array.from({ length: asked }, (_, n) => `customer ${n}`),
      agent: Array.from({ length: answered }, (_, n) => `agent ${n}`),
    };
    await eventually(() => {
      for (const thread of [shop, desk]) {
        expect(of(thread, "customer")).toEqual(wanted.customer);
        expect(of(thread, "agent")).toEqual(wanted.agent);
      }
    }, 45_000);
    for (const thread of [shop, desk]) {
      const numbers = thread.messages.get().map((m) => m.seq as number);
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] as number) + i));
      expect(new Set(thread.messages.get().map((m) => m.key)).size).toBe(numbers.length);
    }
    const fresh = await going(clients.customer("maria", { storage: "another browser" }));
    await eventually(() => expect(of(fresh, "customer")).toEqual(wanted.customer));
  }, 120_000);
});
