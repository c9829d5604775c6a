import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Entry } from "./entry.js";

interface Schema extends DBSchema {
  outbox: { key: number; value: Entry };
  /** Single values by name: the device, who was here last, leases. */
  values: { key: string; value: unknown };
}

/** What a client keeps in the browser. */
export interface Store {
  durable: boolean;
  all(): Promise<Entry[]>;
  /** Answers the place of the entry. */
  add(entry: Entry): Promise<number>;
  put(entry: Entry): Promise<void>;
  delete(n: number): Promise<void>;
  get<T>(name: string): Promise<T | undefined>;
  set(name: string, value: unknown): Promise<void>;
  /** Reads and writes a value in one step. `undefined` from `change` leaves it as it is. */
  change<T>(name: string, change: (now: T | undefined) => T | undefined): Promise<T | undefined>;
  close(): void;
}

/** Some browsers, on a bad day, never say whether they open it. */
const OPENING_MS = 5_000;

/** Opens what is kept, or memory where nothing can be kept (private windows, full disks). */
export async function openStore(name: string): Promise<Store> {
  const kept = new Kept(name);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The store does not open.")), OPENING_MS);
  });
  try {
    await Promise.race([kept.all(), late]);
    return kept;
  } catch {
    return new InMemory();
  } finally {
    clearTimeout(timer);
  }
}

class Kept implements Store {
  readonly durable = true;
  readonly #name: string;
  #db: Promise<IDBPDatabase<Schema>> | undefined;
  #closed = false;

  constructor(name: string) {
    this.#name = name;
  }

  all() {
    return this.#use((db) => db.getAll("outbox"));
  }

  add(entry: Entry) {
    return this.#use(async (db) => {
      // Said to be kept only when it is on the disk.
      const tx = db.transaction("outbox", "readwrite", { durability: "strict" });
      const n = await tx.store.add(entry);
      await tx.done;
      return n;
    });
  }

  put(entry: Entry) {
    return this.#use(async (db) => {
      const tx = db.transaction("outbox", "readwrite");
      // Another tab may have sent it in the meantime: what is gone stays gone.
      if (await tx.store.getKey(entry.n as number)) await tx.store.put(entry);
      await tx.done;
    });
  }

  delete(n: number) {
    return this.#use((db) => db.delete("outbox", n));
  }

  get<T>(name: string) {
    return this.#use(async (db) => (await db.get("values", name)) as T | undefined);
  }

  set(name: string, value: unknown) {
    return this.#use(async (db) => {
      if (value === undefined) await db.delete("values", name);
      else await db.put("values", value, name);
    });
  }

  change<T>(name: string, change: (now: T | undefined) => T | undefined) {
    return this.#use(async (db) => {
      const tx = db.transaction("values", "readwrite");
      const next = change((await tx.store.get(name)) as T | undefined);
      if (next !== undefined) await tx.store.put(next, name);
      await tx.done;
      return next;
    });
  }

  close() {
    this.#closed = true;
    void this.#db?.then((db) => db.close());
  }

  /** Browsers end a connection when they like; the next use opens it again. */
  async #use<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error("The client is closed.");
    this.#db ??= this.#open();
    return work(await this.#db);
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const over = () => {
      this.#db = undefined;
    };
    return openDB<Schema>(this.#name, 1, {
      upgrade(db) {
        db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
        db.createObjectStore("values");
      },
      // A newer version of the page wants to change the form: this one is in the way.
      blocking: (_now, _then, event) => (event.target as IDBDatabase).close(),
      terminated: over,
    });
  }
}

class InMemory implements Store {
  readonly durable = false;
  #entries = new Map<number, Entry>();
  #values = new Map<string, unknown>();
  #last = 0;

  async all() {
    return [...this.#entries.values()];
  }

  async add(entry: Entry) {
    this.#last += 1;
    this.#entries.set(this.#last, { ...entry, n: this.#last });
    return this.#last;
  }

  async put(entry: Entry) {
    const n = entry.n as number;
    if (this.#entries.has(n)) this.#entries.set(n, entry);
  }

  async delete(n: number) {
    this.#entries.delete(n);
  }

  async get<T>(name: string) {
    return this.#values.get(name) as T | undefined;
  }

  async set(name: string, value: unknown) {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  async change<T>(name: string, change: (now: T | undefined) => T | undefined) {
    const next = change(this.#values.get(name) as T | undefined);
    if (next !== undefined) this.#values.set(name, next);
    return next;
  }

  close() {}
}
