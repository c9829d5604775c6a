import type { Readable } from "@linger/sdk";
import { useCallback, useSyncExternalStore } from "react";

/** The value now, and again whenever it changes. */
export function useReadable<T>(readable: Readable<T>): T {
  const subscribe = useCallback((listener: () => void) => readable.subscribe(listener), [readable]);
  return useSyncExternalStore(subscribe, () => readable.get());
}

const none = () => {};

/** The same of something that may not be there (yet). */
export function useReadableOr<T, D>(readable: Readable<T> | null | undefined, otherwise: D): T | D {
  const subscribe = useCallback(
    (listener: () => void) => (readable ? readable.subscribe(listener) : none),
    [readable],
  );
  return useSyncExternalStore(subscribe, () => (readable ? readable.get() : otherwise));
}
