/** Holds the widget to its sizes: what a visitor loads, compressed as it travels. */

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const gzip = (path) => gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length;

/** The page, and whatever it and its scripts load by themselves. Lazy chunks are not in it. */
function loadedAtOnce(page) {
  const found = new Set([page]);
  const queue = [page];
  for (const file of queue) {
    const text = readFileSync(new URL(file, dist), "utf8");
    const named = file.endsWith(".html")
      ? text.matchAll(/(?:src|href)="\/pages\/([^"]+)"/g)
      : file.endsWith(".js")
        ? text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)
        : [];
    for (const [, name] of named) {
      const path = file.endsWith(".html") ? name : `widget/assets/${name}`;
      if (!found.has(path)) queue.push(path);
      found.add(path);
    }
  }
  return [...found];
}

const parts = [
  { name: "loader", limit: 5, files: ["loader/widget.js"] },
  { name: "app", limit: 40, files: loadedAtOnce("widget/index.html") },
];
let failed = false;
for (const { name, limit, files } of parts) {
  const sizes = files.map((file) => [file, gzip(file)]);
  const sum = sizes.reduce((all, [, size]) => all + size, 0);
  const over = sum > limit * 1024;
  failed ||= over;
  console.log(
    `${name}: ${(sum / 1024).toFixed(2)} KB of ${limit} KB gzip${over ? "  TOO LARGE" : ""}`,
  );
  for (const [file, size] of sizes) console.log(`  ${String(size).padStart(7)}  ${file}`);
}
const lazy = readdirSync(new URL("widget/assets/", dist)).map((file) => `widget/assets/${file}`);
for (const file of lazy.filter((file) => !parts[1].files.includes(file)))
  console.log(`later: ${gzip(file)}  ${file}`);
process.exitCode = failed ? 1 : 0;
