/** A sentence of the server about a place in the company file. */
export interface Problem {
  /** The place inside the edited object, such as `routes[0].queue`; empty: the object itself. */
  place: string;
  /** The sentence, without the place. */
  text: string;
  /** Whether it is about the edited object at all; elsewhere the place is the whole one. */
  inside: boolean;
}

/**
 * Sorts what the server said by place. Ids may hold anything, dots and colons too, so the root of the
 * edited object is compared as a whole and never taken apart.
 */
export function readProblems(sentences: readonly unknown[], root: string): Problem[] {
  return sentences.map((each) => {
    const sentence = typeof each === "string" ? each : JSON.stringify(each);
    if (root === "" || sentence.startsWith(root)) {
      const rest = sentence.slice(root.length);
      const found = /^(?:\.?)([^\s:][^:]*|): (.*)$/s.exec(rest);
      const starts = root === "" || /^[.:[]/.test(rest);
      if (found && starts) return { place: found[1] ?? "", text: found[2] ?? "", inside: true };
    }
    return { place: "", text: sentence, inside: false };
  });
}

/** The sentences for a field. `deep`: also those of places inside it. */
export function problemsAt(problems: readonly Problem[], place: string, deep = false): string[] {
  return problems
    .filter(
      (each) => each.inside && (each.place === place || (deep && isInside(each.place, place))),
    )
    .map((each) => each.text);
}

export function isInside(inner: string, outer: string): boolean {
  if (!inner.startsWith(outer)) return false;
  const next = inner[outer.length];
  return next === "." || next === "[";
}

/** Of the places on the page, the one that is nearest to that of a problem: itself, else what holds it. */
export function nearestPlace(place: string, places: readonly string[]): string | null {
  let best: string | null = null;
  for (const each of places) {
    if (each !== place && !isInside(place, each)) continue;
    if (best === null || each.length > best.length) best = each;
  }
  return best;
}
