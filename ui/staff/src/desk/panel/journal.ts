import type { AgentClient, JournalEntry } from "@linger/sdk";

const PAGE = 500;
const PAGES = 40;

export interface Journal {
  entries: JournalEntry[];
  /** There is more than was read. */
  more: boolean;
}

/** What happened to a conversation, oldest first; `pages` as far as is asked for. */
export async function loadJournal(
  client: AgentClient,
  conversation: string,
  pages = PAGES,
): Promise<Journal> {
  const entries: JournalEntry[] = [];
  let more = true;
  for (let page = 0; more && page < pages; page++) {
    const after = entries.at(-1)?.position;
    const answer = await client.request("explain", {
      conversation,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    entries.push(...answer.journal);
    more = answer.more && answer.journal.length > 0;
  }
  return { entries, more };
}
