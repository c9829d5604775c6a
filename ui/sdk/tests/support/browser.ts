// What a browser has and Node 20 has not.
import "fake-indexeddb/auto";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;
