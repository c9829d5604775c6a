import type { ServerFrame } from "../protocol.js";
import type { OpenTransport } from "./transport.js";

const SUBPROTOCOL = "linger.v1";

/** A WebSocket of the server at `address` (`http…`, or a path of the page's own server). */
export function socketAt(address: string): OpenTransport {
  return (hello, events) => {
    const url = new URL(address, globalThis.location?.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url.href, SUBPROTOCOL);
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      events.ended();
    };
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = ({ data }) => {
      if (!over) events.frame(JSON.parse(String(data)) as ServerFrame);
    };
    socket.onclose = end;
    socket.onerror = end;
    return {
      send: (frame) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
      },
      close: () => {
        over = true;
        socket.close(1000);
      },
    };
  };
}
