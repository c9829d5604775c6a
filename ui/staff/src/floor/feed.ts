import type { DeskModel } from "../desk/model";
import { asRefusal } from "../kit/errors";
import { value } from "../kit/value";
import type { FloorStore } from "./store";

export type FeedState =
  | { state: "loading" }
  | { state: "ready" }
  | { state: "failed"; error: unknown };

/** Keeps the floor in step with the server for as long as somebody looks. */
export class FloorFeed {
  readonly state = value<FeedState>({ state: "loading" });
  private ends: (() => void)[] = [];
  private stopped = false;

  constructor(
    private desk: DeskModel,
    private store: FloorStore,
  ) {}

  start(): void {
    const { client } = this.desk;
    this.ends = [
      client.on("watch", (event) => {
        if (event.what === "floor") this.store.take(event);
      }),
      client.on("online", () => void this.load()),
      client.on("refused", (event) => {
        if (event.refusal.code === "forbidden") {
          this.state.set({ state: "failed", error: event.refusal });
        }
      }),
    ];
    // The desk counts who looks, so that the watch ends with the last of them.
    void this.desk.feed.showFloor().then(
      (release) => (this.stopped ? release() : this.ends.push(release)),
      () => {},
    );
    void this.load();
  }

  stop(): void {
    this.stopped = true;
    for (const end of this.ends) end();
  }

  async load(): Promise<void> {
    try {
      const { watch } = await this.desk.client.request("watch", { what: "floor" });
      this.store.replace(watch);
      this.state.set({ state: "ready" });
    } catch (error) {
      // Lost in between: the next connection asks again.
      if (asRefusal(error).code !== "unreachable") this.state.set({ state: "failed", error });
    }
  }
}
