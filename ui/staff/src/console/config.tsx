import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { Failed, Loading } from "../kit";
import { type ConfigState, readConfig } from "./api";

interface Config extends ConfigState {
  /** Reads the configuration again and answers what is there now. */
  reload(): Promise<ConfigState>;
}

const Context = createContext<Config | null>(null);

/** The configuration as it was last read; everything below it has one. */
export function ConfigProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<ConfigState | null>(null);
  const [error, setError] = useState<unknown>(null);
  const reload = useCallback(async () => {
    const next = await readConfig();
    setState(next);
    return next;
  }, []);
  const load = useCallback(() => {
    setError(null);
    reload().catch(setError);
  }, [reload]);
  useEffect(load, [load]);
  const config = useMemo(() => state && { ...state, reload }, [state, reload]);
  if (error && !config) return <Failed error={error} onRetry={load} />;
  if (!config) return <Loading label="Reading the configuration" />;
  return <Context.Provider value={config}>{children}</Context.Provider>;
}

export function useConfig(): Config {
  const config = useContext(Context);
  if (!config) throw new Error("useConfig is for what is below the provider");
  return config;
}

/** `"12"` → 12: the revision that an ETag names. */
export const revisionOf = (etag: string) => Number(etag.replace(/\D/g, "")) || 0;
