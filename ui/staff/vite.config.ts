import type { Plugin } from "vite";
import { defineConfig } from "vite";
import { pages } from "../shared.vite.ts";

/** The addresses that the server gives these pages, for the development server. */
const addresses: Plugin = {
  name: "addresses",
  configureServer(server) {
    server.middlewares.use((request, _answer, next) => {
      const page = request.url?.match(/^\/(desk|admin)(?=[/?]|$)/)?.[1];
      if (page) request.url = `/pages/staff/${page}.html`;
      next();
    });
  },
};

const config = pages("staff", { desk: "desk.html", admin: "admin.html" });
export default defineConfig({ ...config, plugins: [addresses] });
