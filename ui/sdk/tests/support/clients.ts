import "./browser";
import {
  type AgentClient,
  type AgentOptions,
  type CustomerClient,
  type CustomerOptions,
  createAgent,
  createCustomer,
  type Thread,
  type ThreadMessage,
} from "../../src/index";
import { when } from "./eventually";
import type { TestServer } from "./server";

/** Clients of one test, closed together at its end. */
export class Clients {
  readonly #server: () => TestServer;
  #open: { close(): void }[] = [];

  constructor(server: () => TestServer) {
    this.#server = server;
  }

  customer(id: string, more: Partial<CustomerOptions> = {}): CustomerClient {
    return this.#keep(
      createCustomer({
        server: this.#server().url,
        widget: "shop",
        storage: id,
        getToken: async () => this.#server().customerToken(id),
        ...more,
      }),
    );
  }

  device(storage: string): CustomerClient {
    return this.#keep(createCustomer({ server: this.#server().url, widget: "devices", storage }));
  }

  agent(id: string, more: Partial<AgentOptions> = {}): AgentClient {
    return this.#keep(
      createAgent({
        server: this.#server().url,
        storage: id,
        getToken: async () => this.#server().agentToken(id),
        ...more,
      }),
    );
  }

  /** An agent who is there, and accepts whatever is offered. */
  async eager(id: string, more: Partial<AgentOptions> = {}): Promise<AgentClient> {
    const agent = this.agent(id, more);
    await when(agent.connection, (c) => c.state === "online");
    await agent.request("presence", { presence: "available" });
    const accept = () => {
      for (const { view } of agent.offers.get()) {
        agent.request("accept", { conversation: view.id }).catch(() => {});
      }
    };
    agent.offers.subscribe(accept);
    accept();
    return agent;
  }

  close(): void {
    for (const client of this.#open.splice(0)) client.close();
  }

  #keep<T extends { close(): void }>(client: T): T {
    this.#open.push(client);
    return client;
  }
}

/** The conversation that goes on, once the server has it. */
export async function going(client: CustomerClient, within?: number): Promise<Thread> {
  return (await when(client.current, (t) => t !== null && t.id !== "", within)) as Thread;
}

export function texts(messages: readonly ThreadMessage[]): string[] {
  return messages.map((m) => m.text);
}

/** Waits for a message with a text, and for what else is said of it. */
export async function message(
  thread: Thread,
  text: string,
  wanted: (message: ThreadMessage) => boolean = () => true,
  within?: number,
): Promise<ThreadMessage> {
  const is = (m: ThreadMessage) => m.text === text && wanted(m);
  const messages = await when(thread.messages, (all) => all.some(is), within);
  return messages.find(is) as ThreadMessage;
}
