import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../src/customer/device";
import { openStore } from "../src/outbox/store";
import { Clients, going, message, texts } from "./support/clients";
import { when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("a customer who is known by their device", () => {
  let server: TestServer;
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => clients.close());
  afterAll(() => server?.remove());

  test("is nobody until the first word, and the same afterwards, in every tab", async () => {
    const first = clients.device("walk-in");
    await when(first.connection, (c) => c.state === "idle");
    expect(first.ready.get()).toBe(true);
    expect(first.threads.get()).toEqual([]);
    const other = clients.device("walk-in");
    await when(other.connection, (c) => c.state === "idle");
    first.send("Hello from nobody");
    const thread = await going(first);
    await message(thread, "Hello from nobody", (m) => m.delivery === "sent");
    expect(first.customer.get()).toMatch(/^device:[0-9a-f]{32}$/);
    const beside = await going(other);
    expect(beside.id).toBe(thread.id);
    expect(other.customer.get()).toBe(first.customer.get());
    first.close();
    other.close();
    const later = clients.device("walk-in");
    expect((await going(later)).id).toBe(thread.id);
  });

  test("gets a new token when the old one is refused, and writes on", async () => {
    const client = clients.device("revoked");
    client.send("Before");
    await message(await going(client), "Before", (m) => m.delivery === "sent");
    const was = client.customer.get() as string;
    await server.api("carol").delete(`/api/v1/devices/${was.replace("device:", "")}`);
    await when(client.customer, (c) => c !== null && c !== was);
    client.send("After");
    const thread = await going(client);
    await message(thread, "After", (m) => m.delivery === "sent");
    expect(texts(thread.messages.get())).not.toContain("Before");
  });

  test("exchanges its token once a day, and tabs that do so at once lock nobody out", async () => {
    const first = clients.device("daily");
    first.send("Day one");
    await message(await going(first), "Day one", (m) => m.delivery === "sent");
    const { id } = await going(first);
    first.close();
    const store = await openStore(`linger:customer:daily:${server.url}:devices`);
    const yesterday = (await store.get<Device>("device")) as Device;
    await store.set("device", { ...yesterday, renewed: Date.now() - 25 * 60 * 60_000 });
    const tabs = [clients.device("daily"), clients.device("daily"), clients.device("daily")];
    for (const tab of tabs) expect((await going(tab)).id).toBe(id);
    const today = (await store.get<Device>("device")) as Device;
    expect(today.customer).toBe(yesterday.customer);
    expect(today.token).not.toBe(yesterday.token);
    tabs[2]?.send("Day two");
    await message(await going(tabs[0] as never), "Day two", (m) => m.delivery === "sent");
    store.close();
  });

  test("signs in, and what was written before is theirs", async () => {
    const before = clients.device("linked");
    before.send("I will sign in");
    const id = (await going(before)).id;
    before.close();
    const signedIn = clients.customer("lena", { widget: "devices", storage: "linked" });
    await when(signedIn.ready, Boolean);
    expect(signedIn.threads.get()).toEqual([]);
    await signedIn.linkDevice();
    const thread = await going(signedIn);
    expect(thread.id).toBe(id);
    await message(thread, "I will sign in", (m) => m.mine);
    await signedIn.linkDevice();
    expect(signedIn.customer.get()).toBe("lena");
  });
});
