import type { RefusalBody } from "../protocol.js";

/** Something that was written and that the server has not accepted yet. */
export interface Entry {
  /** The client id: made once, so that the server takes it once however often it is sent. */
  id: string;
  /** Its place: what is smaller goes first. Given when it is stored. */
  n?: number;
  /** Who wrote it. `null`: whoever signs in first on this page. */
  owner: string | null;
  /** Where to. Empty: into the conversation that goes on then, or a new one. */
  conversation: string;
  /** What a conversation is started with. */
  start?: { context: Record<string, string>; locale?: string };
  /** A start may go without. */
  text?: string;
  /** When it was written, by the clock of this machine. */
  at: number;
  /** The server will not take it. */
  refused?: RefusalBody;
}

/** What was accepted, until the thread shows it. */
export interface Settled {
  entry: Entry;
  conversation: string;
  seq?: number;
  at: number;
}
