import { createContext, useContext } from "react";
import type { value } from "../kit";
import type { FloorFeed } from "./feed";
import type { FloorStore } from "./store";

/** What the parts of the floor share. */
export interface FloorModel {
  store: FloorStore;
  feed: FloorFeed;
  /** Chosen conversations. */
  selection: ReturnType<typeof value<ReadonlySet<string>>>;
}

const Context = createContext<FloorModel | null>(null);
export const FloorProvider = Context.Provider;

export function useFloor(): FloorModel {
  const floor = useContext(Context);
  if (!floor) throw new Error("useFloor is for the parts of the floor");
  return floor;
}
