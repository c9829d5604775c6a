import "./browser";

const Socket = globalThis.WebSocket;

/** What sockets become where a proxy knows none of them. Only customers are behind it. */
class Blocked {
  static OPEN = 1;
  readyState = 3;
  onclose: (() => void) | null = null;

  constructor(url: string, protocol: string) {
    // biome-ignore lint/correctness/noConstructorReturn: agents get through.
    if (!url.includes("/ws/customer")) return new Socket(url, protocol) as unknown as Blocked;
    queueMicrotask(() => this.onclose?.());
  }

  close() {}
  send() {}
}

/** Lets no socket of a customer through, until the answer is called. */
export function blockSockets(): () => void {
  globalThis.WebSocket = Blocked as unknown as typeof WebSocket;
  return () => {
    globalThis.WebSocket = Socket;
  };
}
