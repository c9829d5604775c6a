// Writes the short forms of what was built beside it, once: the server answers with them whoever
// takes them. Files that would hardly become shorter stay alone.

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("./dist/", import.meta.url));
/** Pages themselves are written anew for each answer; pictures and fonts are short already. */
const SHORTENED = /^(?!.*\.map$).*\.(js|css|json|svg|txt)$/;
const SMALL = 1024;

for (const name of readdirSync(dist, { recursive: true })) {
  const path = `${dist}${name}`;
  if (!SHORTENED.test(name) || !statSync(path).isFile()) continue;
  const bytes = readFileSync(path);
  const forms = {
    br: () =>
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    gz: () => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [ending, shorten] of Object.entries(forms)) {
    // What an earlier build left belongs to other bytes.
    rmSync(`${path}.${ending}`, { force: true });
    if (bytes.length < SMALL) continue;
    const short = shorten();
    if (short.length < bytes.length * 0.9) writeFileSync(`${path}.${ending}`, short);
  }
}
