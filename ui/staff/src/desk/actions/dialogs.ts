import { value } from "../../kit";
import type { Context } from "./actions";

export type Dialog = { kind: "transfer" | "consult"; context: Context } | { kind: "keys" } | null;

/** The dialog that is open. */
export const dialogs = value<Dialog>(null);
