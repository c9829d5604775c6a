import { type AgentClient, createAgent, createApi } from "@linger/sdk";
import { setClock } from "./clock";

/** HTTP of the page, signed in by its cookie. */
export const api = createApi();

let agent: AgentClient | null = null;

/** The one connection of the page. It is made when first asked for, which is after the sign-in. */
export function agentClient(id: string): AgentClient {
  if (!agent) {
    const made = createAgent({ storage: `staff:${id}` });
    agent = made;
    setClock(() => made.now());
  }
  return agent;
}

/** Ends the connection: signed out. */
export function closeAgent(): void {
  agent?.close();
  agent = null;
  setClock(Date.now);
}
