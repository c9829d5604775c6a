/** The shop and the desk in one window, to see what one does at the other. */

import { element, get } from "./dom";

interface Agents {
  agents: { id: string; name: string; password: string; role: string }[];
}

/** How to sign in at the desk. */
async function showAgents(): Promise<void> {
  const answer = await fetch("/demo/agents").catch(() => null);
  if (!answer?.ok) return;
  const { agents }: Agents = await answer.json();
  const line = get("agents");
  line.textContent = "Sign in at the desk as ";
  for (const [n, agent] of agents.filter((a) => a.role !== "admin").entries()) {
    if (n > 0) line.append(", ");
    element(line, "strong", { text: agent.id });
    line.append(agent.role === "agent" ? " " : ` (${agent.role}) `);
    element(line, "code", { text: agent.password });
  }
}

const desk = get<HTMLIFrameElement>("desk");
desk.addEventListener("load", () => {
  // A page that refuses to be framed leaves nothing that could be looked at.
  const refused = desk.contentDocument === null;
  desk.hidden = refused;
  get("refused").hidden = !refused;
});

void showAgents();
