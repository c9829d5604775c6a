import { defineConfig } from "vite";
import { pages } from "../shared.vite.ts";

// The app inside the iframe. The loader has a configuration of its own.
export default defineConfig({
  ...pages("widget", { index: "index.html" }),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
