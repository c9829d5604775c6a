import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Thread } from "../src/index";
import { blockSockets } from "./support/blocked";
import { Clients, going, texts } from "./support/clients";
import { eventually, when } from "./support/eventually";
import { BadNetwork } from "./support/proxy";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("a network that cuts and swallows", () => {
  let server: TestServer;
  let network: BadNetwork;
  let unblock = () => {};
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
    network = await BadNetwork.before(server.url);
  });
  afterEach(() => {
    clients.close();
    unblock();
  });
  afterAll(async () => {
    await network?.close();
    await server?.remove();
  });

  test.each(["socket", "poll"])(
    "two tabs and an agent, by %s: everything once, in the same order for all",
    async (way) => {
      if (way === "poll") unblock = blockSockets();
      const bad = { server: network.url };
      const anna = await clients.eager("anna", bad);
      const tabs = [clients.customer(way, bad), clients.customer(way, bad)];
      tabs[0]?.send("begin");
      const id = (await going(tabs[0] as never)).id;
      const desk = anna.open(id);
      await when(desk.view, (v) => v.accepted);
      const threads = [];
      for (const tab of tabs) threads.push(await going(tab));

      let [state, asked, answered] = [7, 0, 0];
      const random = (n: number) => {
        state = (state * 48_271) % 2_147_483_647;
        return state % n;
      };
      const wanted: string[] = ["begin"];
      while (asked < 36) {
        const text = `tab ${asked % 2}: ${asked}`;
        threads[asked % 2]?.send(text);
        wanted.push(text);
        asked += 1;
        if (random(2)) desk.send(`agent ${answered++}`);
        // The network fails at its own times, whatever has arrived by then.
        if (random(5) === 0) network.cut();
        if (random(12) === 0) network.swallow(40);
        await new Promise((resolve) => setTimeout(resolve, random(30)));
      }
      const of = (thread: Thread, kind: string) =>
        texts(thread.messages.get().filter((m) => m.author.kind === kind && m.seq !== undefined));
      const all = [...threads, desk];
      await eventually(() => {
        for (const thread of all) {
          // Tabs take turns, so between them the order may be another; it is one for all.
          expect(of(thread, "customer").toSorted()).toEqual(wanted.toSorted());
          expect(of(thread, "customer")).toEqual(of(desk, "customer"));
          expect(of(thread, "agent")).toEqual(
            Array.from({ length: answered }, (_, n) => `agent ${n}`),
          );
        }
      }, 60_000);
      for (const tab of [0, 1]) {
        const own = of(desk, "customer").filter((text) => text.startsWith(`tab ${tab}`));
        expect(own).toEqual(wanted.filter((text) => text.startsWith(`tab ${tab}`)));
      }
      for (const thread of all) {
        const numbers = thread.messages.get().map((m) => m.seq as number);
        expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] as number) + i));
      }
    },
    120_000,
  );
});
