import type { Item } from "@linger/sdk";
import type { Key } from "./order";

export type ListName = "mine" | "waiting" | "open" | "all";
export const LIST_NAMES: readonly ListName[] = ["mine", "waiting", "open", "all"];

/** Who looks. `queues`: the own ones; null: not known (yet), then every queue counts. */
export interface Looker {
  agent: string;
  queues: ReadonlySet<string> | null;
}

export interface Filter {
  text: string;
  tag: string;
}

export const NO_FILTER: Filter = { text: "", tag: "" };

export function isConsulted(item: Item, agent: string): boolean {
  return item.consultants?.some((each) => each.agent === agent) ?? false;
}

/** Put before this agent and not yet taken: the offers show it. */
export function isOffered(item: Item, agent: string): boolean {
  if (item.transfer_to === agent) return true;
  return item.state === "active" && item.agent === agent && !item.accepted;
}

/** Whether it belongs in a list, whatever is searched for. */
export function belongs(list: ListName, item: Item, who: Looker): boolean {
  switch (list) {
    case "mine":
      if (isConsulted(item, who.agent)) return item.state !== "closed";
      if (item.state === "open") return item.waiting_for === who.agent;
      return (
        (item.state === "active" && item.agent === who.agent && item.accepted) ||
        (item.state === "wrap_up" && item.agent === who.agent)
      );
    case "waiting":
      return item.state === "waiting" && item.last_agent === who.agent;
    case "open":
      return (
        item.state === "open" &&
        item.waiting_for !== who.agent &&
        (who.queues === null || item.queue === undefined || who.queues.has(item.queue))
      );
    case "all":
      return item.state !== "closed";
  }
}

/** Since when the customer waits for an agent. */
export function waitingSince(item: Item): number | undefined {
  return item.waiting_since ?? (item.state === "open" ? item.queued_at : undefined);
}

/** Own ones by what happened last; open ones as they will be handed out. */
export function keyOf(list: ListName, item: Item): Key {
  if (list === "open") {
    return {
      a: (item.waiting_for ? -1_000_000 : 0) - (item.priority ?? 0),
      b: waitingSince(item) ?? item.queued_at,
    };
  }
  return { a: -item.activity_at, b: 0 };
}

export function nameOf(item: Pick<Item, "name" | "customer">): string {
  if (item.name) return item.name;
  // What a device is called is of use to nobody.
  return item.customer.startsWith("device:")
    ? `Visitor ${item.customer.slice(7, 13)}`
    : item.customer;
}

/** Matches names, subjects and ids, in capitals or not. */
export function matches(item: Item, filter: Filter): boolean {
  if (filter.tag && !item.tags?.includes(filter.tag)) return false;
  const text = filter.text.trim().toLocaleLowerCase();
  if (!text) return true;
  return [nameOf(item), item.customer, item.subject ?? "", item.id].some((each) =>
    each.toLocaleLowerCase().includes(text),
  );
}
