import type { AgentClient, Item, SignedIn } from "@linger/sdk";
import { createContext, useContext } from "react";
import { agentClient, kept, may, value } from "../kit";
import { Feed } from "./feed";
import { Following } from "./following";
import type { ListName } from "./lists";
import { loadNames, names } from "./names";
import { DeskStore } from "./store";
import { tellOf } from "./told";

/** The server lets one socket follow 64; some are left for what is opened besides. */
const OWN_AT_MOST = 56;

/** Everything that the screens of the desk share. One for each sign-in. */
export class DeskModel {
  readonly client: AgentClient;
  readonly store: DeskStore;
  readonly following: Following;
  readonly feed: Feed;
  readonly agent: string;
  readonly supervisor: boolean;
  readonly list = value<ListName>("mine");
  readonly noteMode = value(false);
  readonly panel = kept("linger-desk-panel", "open");
  private ends: (() => void)[] = [];

  constructor(readonly session: SignedIn) {
    this.agent = session.agent;
    this.supervisor = may(session, "supervisor");
    this.client = agentClient(session.agent);
    this.store = new DeskStore({ agent: this.agent, queues: null });
    this.following = new Following(this.client, this.store);
    this.feed = new Feed(this.client, this.store, this.agent);
  }

  start(): void {
    const own = () =>
      this.following.setOwn(new Set([...this.store.memberIds("mine")].slice(0, OWN_AT_MOST)));
    const queues = () => {
      const company = names.get().company;
      if (!company) return;
      const mine = company.queues.filter((each) => each.members.includes(this.agent));
      this.store.setQueues(new Set(mine.map((each) => each.id)));
    };
    this.ends = [tellOf(this), this.store.counts.subscribe(own), names.subscribe(queues)];
    this.feed.start();
    void loadNames();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.feed.stop();
    this.following.close();
  }

  /** Whether the agent writes to the customer here. */
  writes(item: Item): boolean {
    if (item.state !== "active") return false;
    if (item.agent === this.agent) return item.accepted;
    return item.consultants?.some((e) => e.agent === this.agent && e.role === "joined") ?? false;
  }
}

const Context = createContext<DeskModel | null>(null);
export const DeskProvider = Context.Provider;

export function useDesk(): DeskModel {
  const desk = useContext(Context);
  if (!desk) throw new Error("useDesk is for the screens of the desk");
  return desk;
}
