import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";
import { expect, test } from "vitest";

const KB = 1_024;
const source = fileURLToPath(new URL("../src/index.ts", import.meta.url));

/** What a page gets that uses one export of the package. */
async function bundled(name: string): Promise<string> {
  const entry = "\0entry.js";
  const output = (await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? `export { ${name} } from ${JSON.stringify(source)};` : null),
      },
    ],
  })) as Rollup.RollupOutput;
  return output.output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
}

test("the customer's side is small, and has nothing of the agent's", async () => {
  const code = await bundled("createCustomer");
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(14 * KB);
  expect(code).not.toContain("/ws/agent");
});

test("whoever only asks over HTTP gets no more than that", async () => {
  expect(gzipSync(await bundled("createApi"), { level: 9 }).length).toBeLessThan(1.5 * KB);
});
