import type { AgentClient, View } from "@linger/sdk";
import { value } from "../../kit";
import { asThreadMessage, type PastBlock } from "./entries";

export interface PastState {
  blocks: readonly PastBlock[];
  more: "more" | "loading" | "none";
  error: unknown;
}

const PAGE = 50;

/** The customer's earlier conversations, from the newest backwards, a page at a time. */
export class Past {
  readonly state = value<PastState>({ blocks: [], more: "more", error: null });
  private queue: View[] | null = null;
  private before: string | undefined;

  constructor(
    private client: AgentClient,
    private agent: string,
    private current: View,
  ) {}

  async loadMore(): Promise<void> {
    if (this.state.get().more !== "more") return;
    this.change({ more: "loading", error: null });
    try {
      this.change({ more: (await this.step()) ? "more" : "none" });
    } catch (error) {
      this.change({ more: "more", error });
    }
  }

  /** A page of the oldest block, or the first of the one before it. False: that was all. */
  private async step(): Promise<boolean> {
    const { blocks } = this.state.get();
    const oldest = blocks[0];
    const first = oldest?.messages[0]?.seq ?? 1;
    if (oldest && first > 1) {
      const messages = await this.page(oldest.view, first);
      const grown = { view: oldest.view, messages: [...messages, ...oldest.messages] };
      this.change({ blocks: [grown, ...blocks.slice(1)] });
      return true;
    }
    const view = await this.next();
    if (!view) return false;
    const messages = await this.page(view, view.last_seq + 1);
    this.change({ blocks: [{ view, messages }, ...blocks] });
    return true;
  }

  private async page(view: View, before: number) {
    const { messages } = await this.client.request("history", {
      conversation: view.id,
      before,
      limit: PAGE,
    });
    return messages.map((each) => asThreadMessage(each, this.agent));
  }

  /** Lists are newest first, which is the order in which they are wanted. */
  private async next(): Promise<View | null> {
    this.queue ??= [];
    while (this.queue.length === 0) {
      if (this.before === "") return null;
      const page = await this.client.request("list", {
        customer: this.current.customer,
        states: ["open", "active", "waiting", "wrap_up", "closed"],
        before: this.before ?? this.current.id,
      });
      this.queue.push(...page.conversations.filter((each) => each.id !== this.current.id));
      this.before = page.next ?? "";
    }
    return this.queue.shift() ?? null;
  }

  private change(part: Partial<PastState>): void {
    this.state.set({ ...this.state.get(), ...part });
  }
}
