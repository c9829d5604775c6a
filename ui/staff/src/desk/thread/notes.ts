import type { AgentClient, Note } from "@linger/sdk";
import { value } from "../../kit";

/** The private notes of a conversation, in their order, each once. */
export class Notes {
  readonly list = value<readonly Note[]>([]);
  readonly error = value<unknown>(null);
  private known = new Map<number, Note>();
  private seen = 0;
  private loading: Promise<void> | null = null;
  private end: () => void;

  constructor(
    private client: AgentClient,
    private conversation: string,
  ) {
    this.end = client.on("note", (note) => {
      if (note.conversation === conversation) this.add([note]);
    });
  }

  close(): void {
    this.end();
  }

  /** Asks for what follows, up to `last`, the number of the last one there is. */
  load(last: number): Promise<void> {
    if (last <= this.seen) return Promise.resolve();
    this.loading ??= this.fetch().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  add(notes: readonly Note[]): void {
    for (const note of notes) this.known.set(note.number, note);
    if (notes.length > 0) {
      this.list.set([...this.known.values()].sort((x, y) => x.number - y.number));
    }
  }

  private async fetch(): Promise<void> {
    try {
      for (;;) {
        const { notes, last_number } = await this.client.request("notes", {
          conversation: this.conversation,
          after: this.seen,
        });
        this.add(notes);
        this.error.set(null);
        // Notes for others leave gaps, at the end as well.
        const reached = notes.at(-1)?.number;
        this.seen = reached ?? last_number;
        if (reached === undefined || reached >= last_number) break;
      }
    } catch (error) {
      this.error.set(error);
    }
  }
}
