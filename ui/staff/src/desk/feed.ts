import type { AgentClient, AgentInfo, Item, State, Watched, WatchState } from "@linger/sdk";
import { asRefusal } from "../kit/errors";
import { value } from "../kit/value";
import type { DeskStore } from "./store";

const WAITING_EVERY = 60_000;

export type FeedState =
  | { state: "loading" }
  | { state: "ready" }
  | { state: "failed"; error: unknown };

/**
 * Keeps the store in step with the server: watches what is open, active and in wrap-up, lists what
 * waits for customers, and takes in whatever frames say in between.
 */
export class Feed {
  readonly state = value<FeedState>({ state: "loading" });
  /** The agent as the server counts them now: offers hold units, too. */
  readonly self = value<AgentInfo | null>(null);
  private ends: (() => void)[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  private floor = 0;

  constructor(
    private client: AgentClient,
    private store: DeskStore,
    private agent: string,
  ) {}

  start(): void {
    const { client, store } = this;
    this.ends = [
      client.on("online", () => void this.load()),
      client.on("watch", (event) => {
        // The floor's own view watches it, too.
        if (event.what === "queues" || this.floor > 0) this.take(event);
      }),
      client.on("assigned", (event) => store.put(event.conversation)),
      client.on("conversation", (event) => store.put(event.conversation)),
      client.on("consult", (event) => store.put(event.conversation)),
      client.on("offer", (event) => store.put(event.view)),
      client.on("consult_ended", (event) => void this.refresh(event.conversation)),
      client.on("customer_returned", (event) => void this.refresh(event.conversation)),
      client.on("unfollowed", (event) => void this.refresh(event.conversation)),
    ];
    this.timer = setInterval(() => void this.listWaiting().catch(() => {}), WAITING_EVERY);
    if (client.connection.get().state === "online") void this.load();
  }

  stop(): void {
    for (const end of this.ends) end();
    clearInterval(this.timer);
  }

  /** Asks for everything again. */
  async load(): Promise<void> {
    try {
      this.store.replace(await this.watch("queues"), (item) => item.state !== "waiting");
      if (this.floor > 0) await this.watchFloor();
      await this.listWaiting();
      this.state.set({ state: "ready" });
    } catch (error) {
      // Lost in between: the next connection asks again.
      if (asRefusal(error).code === "unreachable") return;
      this.state.set({ state: "failed", error });
    }
  }

  /** Everything of the company, for supervisors, as long as somebody looks. */
  async showFloor(): Promise<() => void> {
    this.floor++;
    if (this.floor === 1) await this.watchFloor();
    return () => {
      this.floor--;
      if (this.floor > 0) return;
      this.store.prune(["mine", "waiting", "open"]);
      void this.client.request("unwatch", { what: "floor" }).catch(() => {});
    };
  }

  /** One conversation as it is now; gone if it may not be seen any more. */
  async refresh(id: string): Promise<void> {
    try {
      const { conversation } = await this.client.request("view", { conversation: id });
      this.store.put(conversation);
    } catch (error) {
      if (asRefusal(error).code === "not_found") this.store.remove(id);
    }
  }

  private knowSelf(change: WatchState): void {
    const self = change.agents?.find((each) => each.id === this.agent);
    if (self) this.self.set(self);
  }

  private take(change: WatchState): void {
    this.knowSelf(change);
    for (const item of change.conversations ?? []) this.store.put(item);
    for (const id of change.gone ?? []) {
      // Parked ones are watched no longer and still one's own.
      const known = this.store.latest(id);
      if (known?.state === "waiting" && (known.last_agent === this.agent || this.floor > 0))
        continue;
      this.store.remove(id);
    }
  }

  private async watchFloor(): Promise<void> {
    this.store.replace(await this.watch("floor"), (item) => item.state !== "waiting");
    for (const item of await this.list(["waiting"], false)) this.store.put(item);
  }

  private async watch(what: Watched): Promise<Item[]> {
    const { watch } = await this.client.request("watch", { what });
    this.knowSelf(watch);
    return watch.conversations ?? [];
  }

  private async listWaiting(): Promise<void> {
    this.store.replace(
      await this.list(["waiting"], true),
      (item) => item.state === "waiting" && item.last_agent === this.agent,
    );
  }

  /** The newest thousand are enough for a list that people read. */
  private async list(states: State[], mine: boolean): Promise<Item[]> {
    const found: Item[] = [];
    let before: string | undefined;
    do {
      const page = await this.client.request("list", {
        states,
        limit: 250,
        ...(mine ? { mine } : {}),
        ...(before ? { before } : {}),
      });
      found.push(...page.conversations);
      before = page.next;
    } while (before && found.length < 1000);
    return found;
  }
}
