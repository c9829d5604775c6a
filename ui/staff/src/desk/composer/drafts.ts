/** What was begun and not sent, for each conversation; it outlives the page. */
const PREFIX = "linger-draft:";

const key = (agent: string, conversation: string, kind: "reply" | "note") =>
  `${PREFIX}${agent}:${conversation}:${kind}`;

export function readDraft(agent: string, conversation: string, kind: "reply" | "note"): string {
  try {
    return localStorage.getItem(key(agent, conversation, kind)) ?? "";
  } catch {
    return "";
  }
}

export function writeDraft(
  agent: string,
  conversation: string,
  kind: "reply" | "note",
  text: string,
): void {
  try {
    if (text) localStorage.setItem(key(agent, conversation, kind), text);
    else localStorage.removeItem(key(agent, conversation, kind));
  } catch {
    // Full or switched off: the draft lasts as long as the page.
  }
}
