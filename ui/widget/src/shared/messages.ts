/**
 * What the loader (in the page of the company) and the app (in the iframe) say to each other. Both
 * post to the exact origin of the other and take messages from its window and origin only.
 */

export type Permission = "default" | "granted" | "denied" | "none";

/** What the host page said about the visitor. */
export interface HostState {
  /** The page has a token for whoever is here. */
  signedIn: boolean;
  locale: string;
  context: Record<string, string>;
  open: boolean;
  /** Of notices by the browser; `none`: it has none. */
  permission: Permission;
}

/** What the launcher looks like, as the app knows it. */
export interface Look {
  accent?: string;
  position: "start" | "end";
  /** Left out: it is. */
  enabled?: boolean;
}

export type ToApp =
  | ({ type: "init" } & HostState)
  | { type: "identity"; signedIn: boolean; forget: boolean }
  | { type: "locale"; locale: string }
  | { type: "context"; context: Record<string, string> }
  | { type: "open"; open: boolean }
  | { type: "token"; id: number; token?: string }
  | { type: "permission"; permission: Permission };

export type ToHost =
  | { type: "hello" }
  /** Without a look where the widget could not be asked. */
  | { type: "ready"; look?: Look }
  | { type: "token"; id: number }
  | { type: "unread"; unread: number }
  | { type: "close" }
  /** Whether there is a conversation to come back to. */
  | { type: "known"; known: boolean }
  /** Somebody of the company wrote; the text stays in the iframe. */
  | { type: "message"; from?: string; at: number; notice: string }
  | { type: "notify" };

/** Marks the messages of linger among those of others. */
export type Sealed<T> = T & { linger: 1 };

export function seal<T extends object>(message: T): Sealed<T> {
  return { ...message, linger: 1 };
}

export function isSealed(data: unknown): data is Sealed<{ type: string }> {
  return (
    typeof data === "object" &&
    data !== null &&
    (data as { linger?: unknown }).linger === 1 &&
    typeof (data as { type?: unknown }).type === "string"
  );
}
