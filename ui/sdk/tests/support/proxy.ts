import { connect, createServer, type Server, type Socket } from "node:net";

/** A bad network: a proxy that cuts its connections, or lets nothing through for a while. */
export class BadNetwork {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #stalled = false;
  url = "";

  private constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on("data", (bytes) => {
          // What is stalled is lost, as is what a dead network swallows.
          if (!this.#stalled) to.write(bytes);
        });
        from.on("error", () => {});
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  static async before(target: string): Promise<BadNetwork> {
    const network = new BadNetwork(target);
    await new Promise<void>((resolve) => network.#server.listen(0, "127.0.0.1", resolve));
    const address = network.#server.address();
    if (address && typeof address === "object") network.url = `http://127.0.0.1:${address.port}`;
    return network;
  }

  /** Ends every connection, in the middle of whatever is under way. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Swallows everything, and then ends the connections. */
  swallow(ms: number): void {
    this.#stalled = true;
    setTimeout(() => {
      this.#stalled = false;
      this.cut();
    }, ms);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
