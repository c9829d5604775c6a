import { uuid } from "../uuid.js";
import type { Store } from "./store.js";

const LEASE_MS = 6_000;
const RENEW_MS = 2_000;

interface Lease {
  holder: string;
  until: number;
}

/**
 * Runs something in one tab at a time: under a lock of the browser, or, on pages without TLS where
 * there are none, under a lease in the store that all tabs share.
 */
export async function exclusive<T>(
  store: Store,
  name: string,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (!store.durable) return run();
  if (globalThis.navigator?.locks) {
    // Awaited inside: some browsers lose the type of what the callback answers.
    return (await navigator.locks.request(name, { signal }, run)) as T;
  }
  return leased(store, name, run, signal);
}

/** Tabs that share the store take turns by a lease that its holder keeps renewing. */
export async function leased<T>(
  store: Store,
  name: string,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const key = `lease:${name}`;
  const holder = uuid();
  const hold = () =>
    store.change<Lease>(key, (now) =>
      now && now.holder !== holder && now.until > Date.now()
        ? undefined
        : { holder, until: Date.now() + LEASE_MS },
    );
  while (!(await hold())) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 150));
  }
  const renewing = setInterval(() => void hold().catch(() => {}), RENEW_MS);
  try {
    return await run();
  } finally {
    clearInterval(renewing);
    await store
      .change<Lease>(key, (now) => (now?.holder === holder ? { holder, until: 0 } : undefined))
      .catch(() => {});
  }
}
