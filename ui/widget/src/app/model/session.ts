/** One visitor with one widget: the client of the SDK as signals, and the history as one list. */

import type { CustomerClient, Thread, ThreadMessage, View } from "@linger/sdk";
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Section } from "./chunks";
import { mirror, Undo } from "./mirror";

/** A conversation that is shown. */
interface Shown {
  id: string;
  thread: Thread;
  view: ReadonlySignal<View>;
  messages: ReadonlySignal<readonly ThreadMessage[]>;
  earlier: ReadonlySignal<"more" | "loading" | "none">;
  undo: Undo;
}

export function isOver(view: View): boolean {
  return view.state === "wrap_up" || view.state === "closed";
}

function show(thread: Thread): Shown {
  const undo = new Undo();
  return {
    id: thread.id,
    thread,
    view: mirror(thread.view, undo),
    messages: mirror(thread.messages, undo),
    earlier: mirror(thread.earlier, undo),
    undo,
  };
}

/** The ids of conversations sort by age; the one that exists here only has none yet. */
function later(a: string, b: string): boolean {
  return b !== "" && (a === "" || a > b);
}

export type Session = ReturnType<typeof createSession>;

export function createSession(client: CustomerClient) {
  const undo = new Undo();
  const connection = mirror(client.connection, undo);
  const info = mirror(client.widget, undo);
  const customer = mirror(client.customer, undo);
  const threads = mirror(client.threads, undo);
  const unread = mirror(client.unread, undo);
  const place = mirror(client.place, undo);
  const outbox = mirror(client.outbox, undo);
  const now = mirror(client.current, undo);
  const olderThreads = mirror(client.earlierThreads, undo);
  const loaded = mirror(client.ready, undo);

  const current = signal<Shown | null>(null);
  /** Conversations that are over, oldest first. */
  const past = signal<readonly Shown[]>([]);

  function openPast(id: string): void {
    if (past.peek().some((s) => s.id === id)) return;
    const shown = show(client.open(id));
    past.value = [...past.peek(), shown].sort((a, b) => (later(a.id, b.id) ? 1 : -1));
  }

  // What goes on changes: the thread before stays in sight as one that is over.
  undo.add(
    effect(() => {
      const thread = now.value;
      const before = current.peek();
      if (before?.thread === thread) return;
      batch(() => {
        before?.undo.all();
        current.value = thread && show(thread);
        if (before && before.id !== "" && before.id !== thread?.id) openPast(before.id);
        const again = past.peek().find((s) => s.id === thread?.id);
        if (again) {
          again.undo.all();
          past.value = past.peek().filter((s) => s !== again);
        }
      });
    }),
  );
  // Nothing goes on: the last conversation is shown.
  undo.add(
    effect(() => {
      const newest = threads.value[0];
      if (newest && !now.value && isOver(newest)) openPast(newest.id);
    }),
  );

  const shown = computed(() => {
    const last = current.value;
    return last ? [...past.value, last] : past.value;
  });
  const sections = computed<Section[]>(() =>
    shown.value.map((s) => ({ id: s.id, view: s.view.value, messages: s.messages.value })),
  );

  /** The newest conversation before all that are shown. */
  const before = computed<View | undefined>(() => {
    const first = shown.value[0];
    if (!first) return undefined;
    return threads.value.find((v) => v.id !== first.id && later(first.id, v.id));
  });
  const earlier = computed<"more" | "loading" | "none">(() => {
    const first = shown.value[0];
    if (!first) return "none";
    const state = first.earlier.value;
    if (state !== "none") return state;
    return before.value ? "more" : olderThreads.value;
  });
  async function loadEarlier(): Promise<void> {
    const first = shown.peek()[0];
    if (!first) return;
    if (first.earlier.peek() === "more") {
      await first.thread.loadEarlier().catch(() => {});
      return;
    }
    if (first.earlier.peek() !== "none") return;
    const next = before.peek();
    if (next) openPast(next.id);
    else if (olderThreads.peek() === "more") await client.loadEarlierThreads().catch(() => {});
  }

  /** The thread that is written into, or was last. */
  const latest = computed(() => shown.value.at(-1) ?? null);
  const typing = signal<{ agent?: string } | null>(null);
  undo.add(
    effect(() => {
      const thread = current.value?.thread;
      typing.value = null;
      if (!thread) return;
      const look = () => {
        const now = thread.typing.get();
        typing.value = now?.side === "agent" ? now : null;
      };
      look();
      return thread.typing.subscribe(look);
    }),
  );

  /** Names of agents, as their messages said them. */
  const agent = computed<{ id: string; name: string } | null>(() => {
    const view = current.value?.view.value;
    if (!view?.agent || !view.accepted) return null;
    for (const s of [...shown.value].reverse())
      for (let n = s.messages.value.length - 1; n >= 0; n -= 1) {
        const { author } = s.messages.value[n] as ThreadMessage;
        if (author.kind === "agent" && author.agent === view.agent && author.name)
          return { id: view.agent, name: author.name };
      }
    return { id: view.agent, name: "" };
  });

  return {
    client,
    connection,
    info,
    customer,
    threads,
    unread,
    place,
    outbox,
    loaded,
    current,
    latest,
    sections,
    earlier,
    loadEarlier,
    typing,
    agent,
    markRead() {
      for (const s of shown.peek()) s.thread.markRead();
    },
    close() {
      for (const s of shown.peek()) s.undo.all();
      undo.all();
      client.close();
    },
  };
}
