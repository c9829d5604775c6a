import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useRef, useState } from "react";
import type { Order } from "../desk/order";

/**
 * A long list of which only what is seen is drawn, gone through with the arrow keys. One row at a time is in
 * the order of Tab.
 */
export function useGrid(order: Order, height: number) {
  const scroll = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const virtual = useVirtualizer({
    count: order.size,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: 8,
  });
  const stop = focused && order.has(focused) ? focused : (order.at(0) ?? null);

  /** Moves with the keys that move; true if it did. */
  function move(event: KeyboardEvent): boolean {
    const at = stop ? order.indexOf(stop) : -1;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / height) - 1);
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: order.size - 1,
    };
    const index = to[event.key];
    if (index === undefined || event.altKey || event.ctrlKey || event.metaKey) return false;
    event.preventDefault();
    const next = Math.min(Math.max(index, 0), order.size - 1);
    const id = order.at(next);
    if (id === undefined) return true;
    setFocused(id);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => {
      scroll.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
    });
    return true;
  }

  return { scroll, virtual, stop, setFocused, move };
}
