import type { Refusal, Role, SignedIn } from "@linger/sdk";
import { createContext, type ReactNode, useContext } from "react";
import { api, closeAgent } from "./client";
import { asRefusal } from "./errors";
import { useReadable } from "./useReadable";
import { value } from "./value";

/** Whoever uses the page, as far as it is known. */
export type SessionState =
  | { status: "loading" }
  | { status: "failed"; error: Refusal }
  /** `reason`: why, when a sign-in ended. */
  | { status: "signed_out"; reason?: Refusal }
  /** The company wants a second factor and there is none yet; nothing else is possible. */
  | { status: "must_enrol"; session: SignedIn }
  | { status: "signed_in"; session: SignedIn };

export const sessionState = value<SessionState>({ status: "loading" });

function take(session: SignedIn): void {
  sessionState.set({ status: session.must_enrol ? "must_enrol" : "signed_in", session });
}

/** Asks who is signed in. */
export async function loadSession(): Promise<void> {
  try {
    take(await api.get<SignedIn>("/api/v1/auth/session"));
  } catch (error) {
    const refusal = asRefusal(error);
    const out = refusal.code === "unauthenticated" || refusal.code.startsWith("token_");
    sessionState.set(out ? { status: "signed_out" } : { status: "failed", error: refusal });
  }
}

export interface Credentials {
  agent: string;
  password: string;
  totp?: string;
  recovery_code?: string;
}

/** Rejects with the server's refusal; `second_factor_required` asks for a code. */
export async function signIn(credentials: Credentials): Promise<void> {
  await api.post("/api/v1/auth/sign-in", credentials);
  await loadSession();
}

export async function signOut(): Promise<void> {
  try {
    await api.post("/api/v1/auth/sign-out");
  } finally {
    closeAgent();
    sessionState.set({ status: "signed_out" });
  }
}

/** The server ended the session: its sentence goes to the sign-in page. */
export function sessionEnded(reason?: Refusal): void {
  closeAgent();
  sessionState.set({ status: "signed_out", reason });
}

export const useSessionState = () => useReadable(sessionState);

const Current = createContext<SignedIn | null>(null);

export function SessionProvider(props: { session: SignedIn; children: ReactNode }) {
  return <Current.Provider value={props.session}>{props.children}</Current.Provider>;
}

/** Whoever is signed in; only below `Gate`. */
export function useSession(): SignedIn {
  const session = useContext(Current);
  if (!session) throw new Error("useSession is for what the gate has let in");
  return session;
}

const RANK: Record<Role, number> = { agent: 0, supervisor: 1, admin: 2 };

/** An admin may what a supervisor may, who may what an agent may. */
export const may = (session: SignedIn, role: Role) => RANK[session.role] >= RANK[role];

export const useRole = () => useSession().role;
