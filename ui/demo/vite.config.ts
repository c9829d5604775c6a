import { defineConfig } from "vite";
import { pages } from "../shared.vite.ts";

export default defineConfig(pages("demo", { shop: "shop.html", both: "both.html" }));
