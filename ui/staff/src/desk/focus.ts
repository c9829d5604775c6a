/** Places that the focus goes to after an action. */
export type Place = "composer" | "list" | "primary" | "offer";

/** Moves the focus once the place is there: what an action brings may take a moment to be drawn. */
export function focusOn(place: Place, tries = 20): void {
  const element = document.querySelector<HTMLElement>(`[data-place="${place}"]`);
  if (element && !element.closest("[inert]")) element.focus({ preventScroll: place !== "list" });
  else if (tries > 0) setTimeout(() => focusOn(place, tries - 1), 50);
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
