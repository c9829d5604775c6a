import { defineConfig } from "vite";

// The published package: one module, with `idb` left to the bundler of whoever uses it.
export default defineConfig({
  build: {
    lib: { entry: "src/index.ts", formats: ["es"], fileName: "index" },
    rollupOptions: { external: ["idb"] },
    sourcemap: true,
  },
});
