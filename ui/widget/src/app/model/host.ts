/** The page around the iframe: what it says, and what is said to it. */

import { batch, signal } from "@preact/signals";
import {
  type HostState,
  isSealed,
  type Permission,
  seal,
  type ToApp,
  type ToHost,
} from "../../shared/messages";

/** The origin of the page around, as the loader named it; only it can read what is posted. */
function hostOrigin(): string | null {
  if (window.parent === window) return null;
  try {
    const named = new URL(decodeURIComponent(location.hash.slice(1))).origin;
    const real = location.ancestorOrigins?.[0];
    return real !== undefined && real !== named ? null : named;
  } catch {
    return null;
  }
}

export const origin = hostOrigin();

export const signedIn = signal(false);
export const wantedLocale = signal("");
/** One object for good: who starts a conversation reads what is in it then. */
export const context: Record<string, string> = {};
export const panelOpen = signal(origin === null);
export const permission = signal<Permission>("none");
/** The page has said who it is; without a page around there is nothing to wait for. */
export const met = signal(origin === null);
/** Counts how often the visitor changed. */
export const identity = signal(0);

/** The page was asked for a token and had none. */
export const tokenMissing = signal(false);

let forget: () => void = () => {};
const tokens = new Map<number, (token: string | undefined) => void>();
let asked = 0;

export function tell(message: ToHost): void {
  if (origin !== null) window.parent.postMessage(seal(message), origin);
}

/** What is to be done when the visitor signs out. */
export function onForget(then: () => void): void {
  forget = then;
}

/** Asks the page for a token of whoever is signed in. */
export function getToken(): Promise<string> {
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => answer(undefined), 20_000);
    function answer(token: string | undefined) {
      clearTimeout(timer);
      tokens.delete(id);
      tokenMissing.value = !token;
      if (token) resolve(token);
      else reject(new Error("The page gave no token."));
    }
    tokens.set(id, answer);
    tell({ type: "token", id });
  });
}

function setContext(values: Record<string, string>) {
  for (const key of Object.keys(context)) if (!(key in values)) delete context[key];
  for (const [key, value] of Object.entries(values)) context[key] = String(value);
}

function init(state: HostState) {
  signedIn.value = state.signedIn;
  wantedLocale.value = state.locale;
  setContext(state.context);
  panelOpen.value = state.open;
  permission.value = state.permission;
  met.value = true;
}

function hear(message: ToApp): void {
  switch (message.type) {
    case "init":
      init(message);
      return;
    case "identity":
      if (message.forget) forget();
      signedIn.value = message.signedIn;
      identity.value += 1;
      return;
    case "locale":
      wantedLocale.value = message.locale;
      return;
    case "context":
      setContext(message.context);
      return;
    case "open":
      panelOpen.value = message.open;
      return;
    case "token":
      tokens.get(message.id)?.(message.token);
      return;
    case "permission":
      permission.value = message.permission;
  }
}

export function meetHost(): void {
  if (origin === null) {
    wantedLocale.value = navigator.language;
    return;
  }
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    // Whoever is here changes at once, not in steps.
    if (isSealed(event.data)) batch(() => hear(event.data as unknown as ToApp));
  });
  tell({ type: "hello" });
}
