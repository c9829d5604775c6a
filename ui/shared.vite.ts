import { fileURLToPath } from "node:url";
import type { ProxyOptions, UserConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server that a development server of Vite stands in front of. */
const target = process.env.LINGER_URL ?? "http://127.0.0.1:8080";

function proxied(ws = false): ProxyOptions {
  return {
    target,
    ws,
    changeOrigin: true,
    rewriteWsOrigin: true,
    // linger holds whatever changes something to pages of its own.
    configure: (proxy) => {
      proxy.on("proxyReq", (request) => {
        if (request.getHeader("origin")) request.setHeader("origin", target);
      });
    },
  };
}

/**
 * What all page bundles share. `part` names the folder below `ui/dist`, which the server serves at
 * `/pages/part/`. Files with a hash in their name are immutable.
 */
export function pages(part: string, html: Record<string, string>): UserConfig {
  const input = Object.fromEntries(
    Object.entries(html).map(([name, file]) => [name, here(`./${part}/${file}`)]),
  );
  return {
    root: here(`./${part}`),
    base: `/pages/${part}/`,
    resolve: { alias: { "@linger/sdk": here("./sdk/src/index.ts") } },
    // Nothing is inlined: the policy of the pages allows no `data:` scripts, and small files are cached.
    build: {
      outDir: here(`./dist/${part}`),
      emptyOutDir: true,
      assetsDir: "assets",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: "es2022",
      rollupOptions: {
        input,
        onwarn(warning, tell) {
          // Directives for server rendering, which nobody does here.
          if (warning.code !== "MODULE_LEVEL_DIRECTIVE") tell(warning);
        },
      },
    },
    server: {
      proxy: {
        "/api": proxied(),
        "/demo/token": proxied(),
        "/docs/errors": proxied(),
        "/ws": proxied(true),
      },
    },
  };
}
