import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createApi, type Refusal } from "../src/index";
import { Clients, going, message } from "./support/clients";
import { eventually, when } from "./support/eventually";
import { LINGER_BIN, TestServer } from "./support/server";

describe.skipIf(!LINGER_BIN)("tokens that run out", () => {
  let server: TestServer;
  const clients = new Clients(() => server);

  beforeAll(async () => {
    server = await TestServer.start();
    const path = "/api/v1/config/authentication/demo";
    const setting = await server.api("olga").get<object>(path);
    await server.api("olga").put(path, { ...setting, leeway: "0s" });
  });
  afterEach(() => clients.close());
  afterAll(() => server?.remove());

  test("a new one is brought when the server asks", async () => {
    let asked = 0;
    const client = clients.customer("renewed", {
      getToken: async () => {
        asked += 1;
        return server.customerToken("renewed", asked === 1 ? 20 : 3_600);
      },
    });
    client.send("Hello");
    await message(await going(client), "Hello", (m) => m.delivery === "sent");
    await eventually(() => expect(asked).toBe(2));
    expect(client.connection.get().state).toBe("online");
  });

  test("what is written without one is kept, and sent with the next", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    const short = server.customerToken("held", 2);
    const client = clients.customer("held", {
      getToken: async () => {
        asked += 1;
        if (asked === 1) return short;
        await held;
        return server.customerToken("held");
      },
    });
    client.send("In time");
    const thread = await going(client);
    await message(thread, "In time", (m) => m.delivery === "sent");
    const api = createApi({ server: server.url, getToken: async () => short });
    await eventually(async () => {
      const code = await api.get("/api/v1/conversations").catch((refusal: Refusal) => refusal.code);
      expect(code).toBe("token_expired");
    });
    thread.send("Too late");
    await message(thread, "Too late", (m) => m.delivery === "waiting");
    release();
    await message(thread, "Too late", (m) => m.delivery === "sent");
  });

  test("a token that is not good is said to be so, and the next one is tried", async () => {
    let good = false;
    const client = clients.customer("wrong", {
      getToken: async () => (good ? server.customerToken("wrong") : "no.token.atall"),
    });
    const { refusal } = await when(client.connection, (c) => c.state === "signed_out");
    expect(refusal?.code).toBe("token_invalid");
    good = true;
    await when(client.connection, (c) => c.state === "online");
  });
});
