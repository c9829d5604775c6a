import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AgentClient, Company, Item, Watched } from "../src/index";
import { Clients, going } from "./support/clients";
import { eventually, when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

/** What a page keeps of what it watches: the newest item wins, and every answer replaces all. */
function watching(agent: AgentClient, what: Watched) {
  const items = new Map<string, Item>();
  const take = (more: readonly Item[] = []) => {
    for (const item of more) {
      if ((items.get(item.id)?.version ?? -1) <= item.version) items.set(item.id, item);
    }
  };
  agent.on("online", () => {
    void agent.request("watch", { what }).then(({ watch }) => {
      items.clear();
      take(watch.conversations);
    });
  });
  agent.on("watch", (frame) => {
    if (frame.what !== what) return;
    take(frame.conversations);
    for (const id of frame.gone ?? []) items.delete(id);
  });
  return items;
}

describe.skipIf(!LINGER_BIN)("what the company watches", () => {
  let server: TestServer;
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => clients.close());
  afterAll(() => server?.remove());

  test("the queues and the floor follow what happens, through a crash", async () => {
    const [anna, carol] = [clients.agent("anna"), clients.agent("carol")];
    const [queues, floor] = [watching(anna, "queues"), watching(carol, "floor")];
    await when(carol.connection, (c) => c.state === "online");
    const maria = clients.customer("maria", { context: { name: "María López" } });
    maria.send("Where is my parcel?");
    const { id } = await going(maria);
    await eventually(() =>
      expect(queues.get(id)).toMatchObject({ state: "open", name: "María López" }),
    );
    await eventually(() => expect(floor.get(id)?.waiting_since).toBeTypeOf("number"));
    await server.kill();
    await server.up();
    await when(anna.connection, (c) => c.state === "online");
    await when(carol.connection, (c) => c.state === "online");
    await eventually(() => expect(queues.has(id) && floor.has(id)).toBe(true));
    await carol.request("force_close", { conversation: id });
    await eventually(() => expect(queues.has(id) || floor.has(id)).toBe(false));
    await carol.request("unwatch", { what: "floor" });
    await expect(anna.request("watch", { what: "floor" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("the company has the type of this package", async () => {
    const company = await server.api("anna").get<Company>("/api/v1/company");
    expect(company.agents.map((a) => a.id).sort()).toEqual(["anna", "bob", "carol", "olga"]);
    expect(company.queues.find((q) => q.id === "support")?.members).toContain("anna");
    expect(company.workstreams.find((w) => w.id === "support")?.mode).toBe("persistent");
    expect(company.widgets.map((w) => w.id)).toContain("shop");
  });
});
