import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// `widget.js`: what a page of the company embeds. A classic script, without a module or an import.
export default defineConfig({
  build: {
    outDir: fileURLToPath(new URL("../dist/loader", import.meta.url)),
    emptyOutDir: true,
    target: "es2020",
    lib: {
      entry: "src/loader/index.ts",
      name: "lingerLoader",
      formats: ["iife"],
      fileName: () => "widget.js",
    },
  },
});
