export { createAgent } from "./agent";
export { createApi } from "./api";
export type * from "./bodies";
export { createCustomer } from "./customer";
export type * from "./journal";
export type * from "./protocol";
export { Refusal } from "./refusal";
export type * from "./types";

export const VERSION = "0.1.0";
