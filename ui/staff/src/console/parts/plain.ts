/** Plain JSON values: comparing, cleaning, flattening. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One text for one value, whatever the order of keys; what is undefined is not there. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each) =>
      isObject(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? ""
  );
}

export const same = (a: unknown, b: unknown) => canonical(a) === canonical(b);

export interface Leaf {
  field: string;
  value: unknown;
}

/** Every value by its place. Lists of plain values stay whole, as in the plans of the server. */
export function flatten(value: unknown, at = ""): Leaf[] {
  if (Array.isArray(value) && value.some(isObject)) {
    return value.flatMap((each, n) => flatten(each, `${at}[${n}]`));
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, each]) => flatten(each, at ? `${at}.${key}` : key));
  }
  return value === undefined ? [] : [{ field: at, value }];
}

export interface FieldDifference {
  field: string;
  before?: unknown;
  after?: unknown;
}

/** Field by field what is different between two objects. */
export function differences(before: unknown, after: unknown): FieldDifference[] {
  const was = new Map(flatten(before).map((leaf) => [leaf.field, leaf.value]));
  const is = new Map(flatten(after).map((leaf) => [leaf.field, leaf.value]));
  const fields = [...new Set([...was.keys(), ...is.keys()])].sort();
  return fields
    .filter((field) => !same(was.get(field), is.get(field)))
    .map((field) => ({ field, before: was.get(field), after: is.get(field) }));
}

/** An item of a list moved by one. */
export function moved<T>(list: readonly T[], index: number, by: -1 | 1): T[] {
  const to = index + by;
  const next = [...list];
  const item = next[index];
  const other = next[to];
  if (item === undefined || other === undefined) return next;
  next[index] = other;
  next[to] = item;
  return next;
}

export function replaced<T>(list: readonly T[], index: number, item: T): T[] {
  return list.map((each, n) => (n === index ? item : each));
}

export function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, n) => n !== index);
}

/** An id made of a name, as people would write one. */
export function slug(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}
