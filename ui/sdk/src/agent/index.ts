import type { AgentClient, AgentOptions } from "../types.js";
import { Agent } from "./agent.js";

/** An agent's client: what is put before them, what they follow, and whatever they ask. */
export function createAgent(options: AgentOptions = {}): AgentClient {
  const agent = new Agent(options, (options.server ?? "").replace(/\/+$/, ""));
  return {
    connection: agent.link.connection,
    me: agent.me,
    presence: agent.presence,
    offers: agent.offers.value,
    outbox: agent.outbox.storage,
    now: () => agent.link.now(),
    request: (type, fields) => agent.request(type, fields),
    open: (conversation) => agent.cores.open(conversation),
    on: (event, listener) => agent.events.on(event, listener),
    close: () => agent.close(),
  };
}
