import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const golden = join(sdk, "../../tests/golden/protocol");
const tsc = join(
  dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
  "bin/tsc",
);

/** What the compiler says of some modules that use the package. */
function compiled(modules: Record<string, string>): string {
  // Below the package, so that its dependencies are found. npm hoists them all in a fresh
  // install, which then leaves no folder here.
  mkdirSync(join(sdk, "node_modules"), { recursive: true });
  const dir = mkdtempSync(join(sdk, "node_modules/.types-"));
  try {
    const files = Object.entries(modules).map(([name, text]) => {
      writeFileSync(join(dir, name), text);
      return name;
    });
    const config = {
      extends: join(sdk, "tsconfig.json"),
      compilerOptions: { paths: { "@linger/sdk": [join(sdk, "src/index.ts")] } },
      include: files,
    };
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(config));
    execFileSync(process.execPath, [tsc, "-p", dir], { encoding: "utf8", stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout || error);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test("the examples of the README compile", () => {
  const readme = readFileSync(join(sdk, "README.md"), "utf8");
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1] as string);
  expect(examples.length).toBeGreaterThan(4);
  expect(compiled(Object.fromEntries(examples.map((e, n) => [`example-${n}.ts`, e])))).toBe("");
});

test("the server's own examples of frames have the types of this package", () => {
  const frames = (folder: string, type: string) =>
    readdirSync(join(golden, folder)).map((file) => {
      const frame = readFileSync(join(golden, folder, file), "utf8");
      return `// ${folder}/${file}\nframes.push(${frame.trim()} satisfies ${type});\n`;
    });
  const module = [
    'import type { ClientFrame, ServerFrame } from "@linger/sdk";',
    "export const frames: (ClientFrame | ServerFrame)[] = [];",
    ...frames("client", "ClientFrame"),
    ...frames("server", "ServerFrame"),
  ].join("\n");
  expect(compiled({ "frames.ts": module })).toBe("");
});
