import type { Item, State } from "@linger/sdk";
import { nameOf } from "./lists";

/** Words that more than one screen of the desk uses. */

export const STATES: Record<State, { label: string; color: string; means: string }> = {
  open: { label: "Open", color: "orange", means: "In a queue; nobody has it." },
  active: { label: "Active", color: "green", means: "Somebody has it." },
  waiting: { label: "Waiting", color: "gray", means: "Parked until the customer writes." },
  wrap_up: { label: "Wrap-up", color: "accent", means: "Over for the customer; being finished." },
  closed: { label: "Closed", color: "gray", means: "Over." },
};

export const LISTS = {
  mine: {
    label: "Mine",
    empty: "Nothing with you",
    hint: "Offers appear here on top when your presence lets them come.",
  },
  waiting: {
    label: "Waiting",
    empty: "Nothing parked",
    hint: "What you park waits here until the customer writes.",
  },
  open: { label: "Queue", empty: "The queue is empty", hint: "Nobody is waiting in your queues." },
  all: {
    label: "All",
    empty: "Nothing under way",
    hint: "Every conversation of the company that is not closed.",
  },
};

/** What an action does, before and after. */
export const DOES = {
  park: (item: Item) =>
    item.mode === "live"
      ? "Leaves it: it is offered to others at once."
      : `Leaves it without ending it: your capacity is free, and when ${nameOf(item)} writes, it comes back to you.`,
  parked: (item: Item) =>
    item.mode === "live"
      ? "It is offered to others now. Your capacity is free."
      : `Your capacity is free; when ${nameOf(item)} writes, it comes back to you.`,
  end: (item: Item) =>
    `${nameOf(item)} sees that the conversation has ended. You stay here to finish notes and tags; what ${nameOf(item)} writes after that begins a new conversation.`,
  ended: "Finish your notes and tags, then finish it.",
  release: "Puts it back into the queue, for whoever is free.",
  released: "It is back in the queue. Your capacity is free.",
  finish: "Closes it for good.",
  finished: "It is closed.",
  reopen: (item: Item) => `Takes it back before ${nameOf(item)} writes.`,
  pick: "Takes it from the queue.",
  transfer: "Hands it to a colleague or a queue. It stays yours until a colleague accepts.",
  consult: "Asks a colleague for help; the customer does not see it.",
};
