/** Writes a company file as TOML: tables for objects, inline tables inside of lists. */

type Table = Record<string, unknown>;

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTables = (value: unknown): value is Table[] =>
  Array.isArray(value) && value.length > 0 && value.every(isTable);

export const writeKey = (key: string) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : writeString(key));

/** A basic string; JSON's escapes are among TOML's but for DEL, which must be escaped there. */
export function writeString(text: string): string {
  return JSON.stringify(text)
    .replaceAll("\u007f", "\\u007F")
    .replace(/\\u([0-9a-f]{4})/g, (_whole, hex: string) => `\\u${hex.toUpperCase()}`);
}

function writeValue(value: unknown): string {
  if (typeof value === "string") return writeString(value);
  if (Array.isArray(value)) return `[${value.map(writeValue).join(", ")}]`;
  if (isTable(value)) {
    const fields = Object.entries(value)
      .filter(([, each]) => each !== undefined && each !== null)
      .map(([key, each]) => `${writeKey(key)} = ${writeValue(each)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return String(value);
}

/** A text of several lines is written as one, so that keys can be read. */
function writeField(key: string, value: unknown): string {
  if (typeof value === "string" && value.includes("\n") && !/['\r]/.test(value)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a literal string may not hold them
    if (!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value)) {
      return `${writeKey(key)} = '''\n${value}'''`;
    }
  }
  return `${writeKey(key)} = ${writeValue(value)}`;
}

function writeTable(table: Table, path: string[], out: string[]): void {
  const entries = Object.entries(table).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const plain = entries.filter(([, value]) => !isTable(value) && !isTables(value));
  const tables = entries.filter(([, value]) => isTable(value));
  const lists = entries.filter(([, value]) => isTables(value));
  for (const [key, value] of plain) out.push(writeField(key, value));
  for (const [key, value] of tables) {
    const at = [...path, writeKey(key)];
    const inner = value as Table;
    const own = Object.values(inner).some((each) => !isTable(each));
    if (own || Object.keys(inner).length === 0) out.push("", `[${at.join(".")}]`);
    writeTable(inner, at, out);
  }
  for (const [key, value] of lists) {
    const at = [...path, writeKey(key)];
    for (const each of value as Table[]) {
      out.push("", `[[${at.join(".")}]]`);
      // Inside of a list everything stays inline, so that no table of it can be another's.
      for (const [name, field] of Object.entries(each)) {
        if (field !== undefined && field !== null) out.push(writeField(name, field));
      }
    }
  }
}

export function writeToml(file: object): string {
  const out: string[] = [];
  writeTable(file as Table, [], out);
  return `${out.join("\n").replace(/^\n+/, "")}\n`;
}
