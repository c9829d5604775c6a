/** Places that the focus goes to after an action. */
export type Place = "composer" | "list" | "primary" | "offer";

/**
 * Moves the focus once the place is there: what an action brings may take a moment to be drawn.
 * `of`: the place must be that of this conversation and kind, not of what was there before.
 */
export function focusOn(place: Place, of?: string): void {
  const selector = `[data-place="${place}"]${of ? `[data-of="${of}"]` : ""}`;
  const attempt = (left: number) => {
    const element = document.querySelector<HTMLElement>(selector);
    if (element) element.focus({ preventScroll: place !== "list" });
    else if (left > 0) setTimeout(() => attempt(left - 1), 50);
  };
  setTimeout(() => attempt(30));
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
