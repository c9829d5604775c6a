import { spotlight } from "@mantine/spotlight";
import { useEffect } from "react";
import { focusOn, isTyping } from "../focus";
import { LIST_NAMES } from "../lists";
import { type DeskModel, useDesk } from "../model";
import type { Going } from "../thread/Thread";
import { actionsFor } from "./actions";
import { dialogs } from "./dialogs";

/** Goes to the next or the previous conversation of the list that is shown. */
export function step(desk: DeskModel, id: string | null, by: number, going: Going): void {
  const order = desk.store.order(desk.list.get());
  if (order.size === 0) return;
  const at = id ? order.indexOf(id) : -1;
  const index = at < 0 ? (by > 0 ? 0 : order.size - 1) : at + by;
  const next = order.at(Math.min(Math.max(index, 0), order.size - 1));
  if (next && next !== id) going.select(next);
}

/**
 * The keys of the desk. With Alt they work while typing as well, by the place of the key, since
 * some layouts write other letters with it; without it only where nothing is typed.
 */
export function useKeys(id: string | null, going: Going): void {
  const desk = useDesk();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
      const done = event.altKey
        ? withAlt(event, desk, id, going)
        : !isTyping(event.target) && plain(event, desk, id, going);
      if (done) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [desk, id, going]);
}

const covered = () =>
  dialogs.get() !== null || document.querySelector("[aria-modal=true]") !== null;

function withAlt(event: KeyboardEvent, desk: DeskModel, id: string | null, going: Going): boolean {
  if (covered()) return false;
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    step(desk, id, event.code === "ArrowDown" ? 1 : -1, going);
    return true;
  }
  const digit = /^Digit([1-4])$/.exec(event.code)?.[1];
  if (digit) {
    const list = LIST_NAMES[Number(digit) - 1];
    if (!list || (list === "all" && !desk.supervisor)) return false;
    desk.list.set(list);
    focusOn("list");
    return true;
  }
  const key = /^Key([A-Z])$/.exec(event.code)?.[1];
  switch (key) {
    case "N":
      desk.noteMode.set(!desk.noteMode.get());
      focusOn("composer");
      return true;
    case "M":
      focusOn("composer");
      return true;
    case "F":
      document.querySelector<HTMLElement>("[data-search]")?.focus();
      return true;
    case "I":
      desk.panel.set(desk.panel.get() === "open" ? "closed" : "open");
      return true;
  }
  const item = id ? desk.store.latest(id) : undefined;
  const action = item && actionsFor(item, desk).find((each) => each.key === key);
  if (!item || !action) return false;
  void action.run({ desk, item, leave: going.leave, select: going.select });
  return true;
}

function plain(event: KeyboardEvent, desk: DeskModel, id: string | null, going: Going): boolean {
  if (covered()) return false;
  switch (event.key) {
    case "j":
      step(desk, id, 1, going);
      return true;
    case "k":
      step(desk, id, -1, going);
      return true;
    case "?":
      dialogs.set({ kind: "keys" });
      return true;
    case "Escape":
      spotlight.close();
      return false;
    default:
      return false;
  }
}
