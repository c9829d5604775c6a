export { agentClient, api, closeAgent } from "./client";
export { now, seconds } from "./clock";
export {
  asRefusal,
  Empty,
  ErrorBoundary,
  Failed,
  Loading,
  RefusalAlert,
  RefusalText,
  toastDone,
  toastRefusal,
} from "./errors";
export * from "./format";
export { Gate } from "./Gate";
export { PresenceDot } from "./PresenceDot";
export { PRESENCES } from "./PresenceMenu";
export { Providers } from "./Providers";
export { type Area, Shell } from "./Shell";
export { may, sessionEnded, useRole, useSession } from "./session";
export { useReadable, useReadableOr } from "./useReadable";
export { kept, type Value, value } from "./value";
