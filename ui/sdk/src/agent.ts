import type { AgentClient, AgentOptions } from "./types";

export function createAgent(options: AgentOptions = {}): AgentClient {
  throw new Error(`not yet: ${options.server}`);
}
