/** What is left out of a draft before it is sent: what was not filled in. */

/** The text without spaces around it; nothing for an empty one. */
export function text(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed ? trimmed : undefined;
}

/** Nothing for an empty list. */
export function list<T>(value: T[] | undefined): T[] | undefined {
  return value && value.length > 0 ? value : undefined;
}

/** Nothing for an object in which nothing is set. */
export function object<T extends object>(value: T | undefined): T | undefined {
  return value && Object.values(value).some((each) => each !== undefined) ? value : undefined;
}
