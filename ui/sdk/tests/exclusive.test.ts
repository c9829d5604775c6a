import "./support/browser";
import { afterEach, describe, expect, test, vi } from "vitest";
import { exclusive, leased } from "../src/outbox/exclusive";
import { openStore, type Store } from "../src/outbox/store";
import { eventually } from "./support/eventually";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Several that each notice whether somebody else is at it. */
async function crowd(turn: (run: () => Promise<void>) => Promise<void>, size: number) {
  let [inside, most, done] = [0, 0, 0];
  const run = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inside -= 1;
    done += 1;
  };
  await Promise.all(Array.from({ length: size }, () => turn(run)));
  return { most, done };
}

describe("one tab at a time", () => {
  test("by a lease, where the browser has no locks", async () => {
    const store = await openStore("exclusive-lease");
    expect(await crowd((run) => leased(store, "send", run), 6)).toEqual({ most: 1, done: 6 });
    store.close();
  });

  test("by the browser's lock, where there is one", async () => {
    let last: Promise<unknown> = Promise.resolve();
    const request = vi.fn((_name: string, _options: unknown, run: () => Promise<unknown>) => {
      last = last.then(run);
      return last;
    });
    vi.stubGlobal("navigator", { locks: { request } });
    const store = await openStore("exclusive-locks");
    const turn = (run: () => Promise<void>) => exclusive(store, "send", run);
    expect(await crowd(turn, 4)).toEqual({ most: 1, done: 4 });
    expect(request).toHaveBeenCalledTimes(4);
    store.close();
  });

  test("whoever fails lets the next one in", async () => {
    const store = await openStore("exclusive-fails");
    const failing = leased(store, "send", () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    await expect(leased(store, "send", async () => "next")).resolves.toBe("next");
    store.close();
  });

  test("a lease whose holder has crashed runs out", async () => {
    const store = await openStore("exclusive-crash");
    await store.set("lease:send", { holder: "gone", until: Date.now() + 200 });
    const before = Date.now();
    await leased(store, "send", async () => {});
    expect(Date.now() - before).toBeGreaterThanOrEqual(150);
    store.close();
  });

  test("whoever is closed does not wait for a turn", async () => {
    const store = await openStore("exclusive-closed");
    await store.set("lease:send", { holder: "busy", until: Date.now() + 60_000 });
    const stop = new AbortController();
    const run = vi.fn();
    const waiting = leased(store, "send", run, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow();
    expect(run).not.toHaveBeenCalled();
    store.close();
  });
});

describe("the store", () => {
  const stores: [string, () => Promise<Store>][] = [
    ["kept", () => openStore("store-kept")],
    [
      "in memory",
      () => {
        vi.stubGlobal("indexedDB", undefined);
        return openStore("store-memory");
      },
    ],
  ];
  test.each(stores)(
    "%s: entries keep their order, and what is gone stays gone",
    async (name, open) => {
      const store = await open();
      expect(store.durable).toBe(name === "kept");
      const written = ["a", "b", "c"].map((id) => ({ id, owner: null, conversation: "", at: 1 }));
      const places = [];
      for (const entry of written) places.push(await store.add(entry));
      await store.delete(places[1] as number);
      await store.put({ ...written[1], n: places[1], text: "back again" } as never);
      await store.put({ ...written[2], n: places[2], text: "changed" } as never);
      await eventually(async () => {
        const all = await store.all();
        expect(all.map((e) => [e.id, e.text])).toEqual([
          ["a", undefined],
          ["c", "changed"],
        ]);
      });
      await store.set("value", { a: 1 });
      expect(await store.get("value")).toEqual({ a: 1 });
      await store.change<{ a: number }>("value", (now) => ({ a: (now?.a ?? 0) + 1 }));
      expect(await store.get("value")).toEqual({ a: 2 });
      await store.set("value", undefined);
      expect(await store.get("value")).toBeUndefined();
      store.close();
    },
  );
});
