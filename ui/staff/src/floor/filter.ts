import type { Item } from "@linger/sdk";

/** Which conversations are shown; empty fields let everything pass. */
export interface Filter {
  text: string;
  state: string;
  queue: string;
  workstream: string;
  agent: string;
}

export const NO_FILTER: Filter = { text: "", state: "", queue: "", workstream: "", agent: "" };

export const isFiltered = (filter: Filter): boolean =>
  Object.values(filter).some((each) => each !== "");

/** Whether all of it holds. The text is found in name, id, subject and tags, in capitals or not. */
export function passes(filter: Filter, item: Item): boolean {
  if (filter.state && item.state !== filter.state) return false;
  if (filter.queue && item.queue !== filter.queue) return false;
  if (filter.workstream && item.workstream !== filter.workstream) return false;
  if (filter.agent && item.agent !== filter.agent) return false;
  const text = filter.text.trim().toLocaleLowerCase();
  if (!text) return true;
  const words = [item.name, item.customer, item.subject, ...(item.tags ?? [])];
  return words.some((each) => each?.toLocaleLowerCase().includes(text));
}
