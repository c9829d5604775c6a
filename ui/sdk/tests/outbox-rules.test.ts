import "./support/browser";
import { afterEach, describe, expect, test } from "vitest";
import { Refusal } from "../src/index";
import type { Entry } from "../src/outbox/entry";
import { Outbox, type OutboxHost, type Outcome } from "../src/outbox/outbox";
import { eventually, when } from "./support/eventually";

const open: Outbox[] = [];
afterEach(() => {
  for (const outbox of open.splice(0)) outbox.close();
});

let names = 0;

/** An outbox whose server is a function. */
function outboxWith(
  answer: (entry: Entry, tries: number) => Outcome,
  more: Partial<OutboxHost> & { name?: string } = {},
) {
  const tried: string[] = [];
  names += 1;
  const outbox = new Outbox(more.name ?? `rules-${names}`, {
    owner: () => "maria",
    ready: () => true,
    settled: () => {},
    deliver: async (entry) => {
      tried.push(entry.text ?? "");
      return answer(entry, tried.filter((t) => t === entry.text).length);
    },
    ...more,
  });
  open.push(outbox);
  return { outbox, tried };
}

const settled = (entry: Entry): Outcome => ({
  settled: { conversation: entry.conversation, seq: 1, at: 1 },
});
const refusal = (code: string, retry: boolean) =>
  new Refusal({ code, message: code, retry, help: "/h" });

describe("the rules of the outbox", () => {
  const cases: {
    name: string;
    answer: (entry: Entry, tries: number) => Outcome;
    tried: string[];
    left: string[];
  }[] = [
    {
      name: "everything goes in the order in which it was written",
      answer: settled,
      tried: ["c1 a", "c1 b", "c2 a"],
      left: [],
    },
    {
      name: "what has to wait holds what follows it in its conversation, and nothing else",
      answer: (entry, tries) =>
        entry.text === "c1 a" && tries === 1 ? { again: 30 } : settled(entry),
      tried: ["c1 a", "c2 a", "c1 a", "c1 b"],
      left: [],
    },
    {
      name: "what is refused for good stays, and holds nothing",
      answer: (entry) =>
        entry.text === "c1 a" ? { refused: refusal("too_long", false) } : settled(entry),
      tried: ["c1 a", "c1 b", "c2 a"],
      left: ["c1 a"],
    },
    {
      name: "what belongs elsewhere goes there at once",
      answer: (entry) =>
        entry.conversation === "c1" ? { changed: { ...entry, conversation: "" } } : settled(entry),
      tried: ["c1 a", "c1 a", "c1 b", "c1 b", "c2 a"],
      left: [],
    },
  ];
  test.each(cases)("$name", async ({ answer, tried, left }) => {
    const made = outboxWith(answer);
    for (const [conversation, text] of [
      ["c1", "c1 a"],
      ["c1", "c1 b"],
      ["c2", "c2 a"],
    ] as const) {
      made.outbox.add({ conversation, text });
    }
    await eventually(() => expect(made.tried).toEqual(tried));
    await eventually(() => expect(made.outbox.entries.get().map((e) => e.text)).toEqual(left));
    const kept = await (await made.outbox.opened).all();
    await eventually(() => expect(kept.map((e) => e.text)).toEqual(left));
  });

  test("nothing goes as long as there is no connection", async () => {
    let ready = false;
    const { outbox, tried } = outboxWith(settled, { ready: () => ready });
    outbox.add({ conversation: "c", text: "kept" });
    await when(outbox.storage, (s) => s === "durable");
    await eventually(async () => expect(await (await outbox.opened).all()).toHaveLength(1));
    expect(tried).toEqual([]);
    ready = true;
    outbox.drain();
    await eventually(() => expect(tried).toEqual(["kept"]));
  });

  test("retry sends a refused one again under its client id; discard forgets it", async () => {
    const ids = new Set<string>();
    const { outbox, tried } = outboxWith((entry, tries) => {
      ids.add(entry.id);
      return tries < 3 ? { refused: refusal("not_accepting", false) } : settled(entry);
    });
    const { id } = outbox.add({ conversation: "c", text: "again" });
    const isRefused = (all: readonly Entry[]) => all[0]?.refused !== undefined;
    await when(outbox.entries, isRefused);
    outbox.retry(id);
    await eventually(() => expect(tried).toHaveLength(2));
    await when(outbox.entries, isRefused);
    outbox.retry(id);
    await when(outbox.entries, (all) => all.length === 0);
    expect(ids.size).toBe(1);
    const other = outbox.add({ conversation: "c", text: "forget me" });
    await when(outbox.entries, isRefused);
    outbox.discard(other.id);
    await eventually(async () => expect(await (await outbox.opened).all()).toEqual([]));
  });

  test("what came back from the server is not sent, whatever became of the answer", async () => {
    let ready = false;
    const { outbox, tried } = outboxWith(settled, { ready: () => ready });
    const { id } = outbox.add({ conversation: "c", text: "there already" });
    outbox.seen(id, "c", 7, 70);
    expect(outbox.settled.get()).toMatchObject([{ conversation: "c", seq: 7 }]);
    ready = true;
    outbox.drain();
    await eventually(async () => expect(await (await outbox.opened).all()).toEqual([]));
    expect(tried).toEqual([]);
    outbox.shown((s) => s.seq === 7);
    expect(outbox.settled.get()).toEqual([]);
  });

  test("two tabs send each text once, and both know", async () => {
    const sent: string[] = [];
    const answer = (entry: Entry) => {
      sent.push(entry.text ?? "");
      return settled(entry);
    };
    const name = "rules-tabs";
    const [left, right] = [outboxWith(answer, { name }), outboxWith(answer, { name })];
    const written = Array.from({ length: 20 }, (_, n) => `text ${n}`);
    for (const [n, text] of written.entries()) {
      (n % 2 ? left : right).outbox.add({ conversation: "c", text });
    }
    await eventually(() => {
      expect(left.outbox.entries.get()).toEqual([]);
      expect(right.outbox.entries.get()).toEqual([]);
      expect([...sent].sort()).toEqual([...written].sort());
    });
  });

  test("what was written before anybody had signed in is theirs who then does", async () => {
    let owner: string | null = null;
    const name = "rules-owner";
    const { outbox, tried } = outboxWith(settled, {
      name,
      owner: () => owner,
      ready: () => owner !== null,
    });
    outbox.add({ conversation: "", text: "whose?" });
    owner = "ben";
    await outbox.signedIn("ben");
    await eventually(() => expect(tried).toEqual(["whose?"]));
  });

  test("half a character is not kept", () => {
    const { outbox } = outboxWith(settled);
    expect(outbox.add({ conversation: "c", text: "a\ud83db 😀" }).text).toBe("a\ufffdb 😀");
  });
});
