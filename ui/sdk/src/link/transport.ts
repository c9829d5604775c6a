import type { ClientFrame, ServerFrame } from "../protocol.js";

export type Hello = Extract<ClientFrame, { type: "hello" }>;

/** A way to the server, open or being opened. */
export interface Transport {
  send(frame: ClientFrame): void;
  close(): void;
}

export interface TransportEvents {
  frame(frame: ServerFrame): void;
  /** It is over, for whatever reason. Comes once. */
  ended(): void;
}

/** Opens a way and says hello; what comes of it shows in the frames. */
export type OpenTransport = (hello: Hello, events: TransportEvents) => Transport;
