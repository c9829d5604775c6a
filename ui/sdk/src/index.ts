export { createAgent } from "./agent/index.js";
export { createApi } from "./api.js";
export type * from "./bodies.js";
export { createCustomer } from "./customer/index.js";
export type * from "./journal.js";
export type * from "./protocol.js";
export { Refusal } from "./refusal.js";
export type * from "./types.js";

export const VERSION = "0.1.0";
