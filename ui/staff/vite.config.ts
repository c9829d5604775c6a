import { defineConfig } from "vite";
import { pages } from "../shared.vite.ts";

export default defineConfig(pages("staff", { desk: "desk.html", admin: "admin.html" }));
