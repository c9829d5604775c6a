/**
 * `widget.js`: what a page of the company embeds. Shows the launcher at once and makes the iframe
 * with the app when somebody is about to need it.
 */

import {
  type HostState,
  isSealed,
  type Permission,
  seal,
  type ToApp,
  type ToHost,
} from "../shared/messages";
import { fitKeyboard } from "./keyboard";
import { openRecord } from "./record";
import { titleNotice } from "./title";
import { createView } from "./view";

type Event = "ready" | "open" | "close" | "unread" | "message";
type Listener = (detail?: unknown) => void;
type Queued = [name: string, ...given: unknown[]];

const HANDSHAKE_MS = 15_000;
const LOOK_MS = 24 * 3_600_000;

/** The language of the page, in the visitor's own kind of it where there is one. */
function pageLocale(): string {
  const page = document.documentElement.lang;
  const kind = navigator.languages.find((tag) => tag.startsWith(`${page}-`));
  return (page && kind) || page || navigator.language || "en";
}

function start(script: HTMLScriptElement, widget: string, queued: Queued[]) {
  const server = new URL(script.src).origin;
  const { locale: told, open: openAtOnce, position, zIndex, accent: painted } = script.dataset;
  const record = openRecord(widget);
  const view = createView(zIndex ?? "2147483000");
  const listeners = new Map<Event, Set<Listener>>();
  const notice = titleNotice();

  let getToken: (() => unknown) | null = null;
  let locale = told || pageLocale();
  let context: Record<string, string> = {};
  let isOpen = false;
  let unread = 0;
  let frame: HTMLIFrameElement | null = null;
  let spoken = false;
  let timer = 0;

  const emit = (event: Event, detail?: unknown) => {
    for (const listener of listeners.get(event) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        // A listener of the page that fails is the page's matter, and must not stop the chat.
        reportError(error);
      }
    }
  };
  const post = (message: ToApp) => {
    if (spoken) frame?.contentWindow?.postMessage(seal(message), server);
  };
  const draw = () => view.show({ open: isOpen, unread, locale });
  const look = () => {
    const kept = record.get().look;
    view.look(
      painted ?? kept?.accent,
      position === "start" || position === "end" ? position : (kept?.position ?? "end"),
    );
  };
  const permission = (): Permission =>
    typeof Notification === "undefined" ? "none" : Notification.permission;
  const hostState = (): HostState => ({
    signedIn: getToken !== null,
    locale,
    context,
    open: isOpen,
    permission: permission(),
  });
  const count = (now: number) => {
    if (now === unread) return;
    unread = now;
    notice(now);
    draw();
    emit("unread", now);
  };

  function load() {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = "Chat";
    frame.src = `${server}/widget/${encodeURIComponent(widget)}#${encodeURIComponent(location.origin)}`;
    view.phase("wait");
    view.panel.append(frame);
    const lost = () => view.phase("lost");
    timer = window.setTimeout(lost, HANDSHAKE_MS);
    frame.onload = () => {
      clearTimeout(timer);
      // What was loaded may be the browser's page about an error.
      if (!spoken) timer = window.setTimeout(lost, HANDSHAKE_MS / 5);
    };
  }
  function unload() {
    clearTimeout(timer);
    frame?.remove();
    frame = null;
    spoken = false;
  }

  function setOpen(next: boolean) {
    if (next) load();
    if (next === isOpen) return;
    const within = view.shadow.activeElement !== null;
    isOpen = next;
    draw();
    fitPanel();
    post({ type: "open", open: next });
    if (next) frame?.focus({ preventScroll: true });
    else if (within) view.button.focus({ preventScroll: true });
    emit(next ? "open" : "close");
  }
  const fitPanel = fitKeyboard(view.panel, () => isOpen);

  async function token(id: number) {
    let answer: unknown;
    try {
      answer = await getToken?.();
    } catch {
      // The app says that signing in did not work, and asks again.
    }
    post(typeof answer === "string" ? { type: "token", id, token: answer } : { type: "token", id });
  }

  function hear(message: ToHost) {
    switch (message.type) {
      case "hello":
        clearTimeout(timer);
        spoken = true;
        post({ type: "init", ...hostState() });
        break;
      case "ready":
        view.phase("ready");
        if (message.look) record.put({ look: message.look });
        look();
        emit("ready");
        if (isOpen) frame?.focus({ preventScroll: true });
        break;
      case "token":
        void token(message.id);
        break;
      case "unread":
        count(message.unread);
        break;
      case "close":
        setOpen(false);
        break;
      case "known":
        record.put({ known: message.known });
        break;
      case "message":
        emit("message", { from: message.from, at: message.at });
        if (document.hidden && permission() === "granted") tell(message.notice);
        break;
      case "notify":
        void Notification.requestPermission().then(() =>
          post({ type: "permission", permission: permission() }),
        );
    }
  }
  function tell(text: string) {
    try {
      const shown = new Notification(text, { tag: `linger:${widget}` });
      shown.onclick = () => {
        window.focus();
        setOpen(true);
        shown.close();
      };
    } catch {
      // Browsers of phones know notices of service workers only.
    }
  }

  const api = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: () => setOpen(!isOpen),
    identify(get: () => unknown) {
      getToken = get;
      post({ type: "identity", signedIn: true, forget: false });
    },
    reset() {
      getToken = null;
      context = {};
      record.put({ known: false });
      count(0);
      post({ type: "identity", signedIn: false, forget: true });
      setOpen(false);
    },
    context(values: Record<string, string>) {
      context = { ...context, ...values };
      post({ type: "context", context });
    },
    locale(code: string) {
      locale = code;
      draw();
      post({ type: "locale", locale });
    },
    on(event: Event, listener: Listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => set.delete(listener);
    },
    get unread() {
      return unread;
    },
    /** `linger.push(["open"])`: works before the script is there and after. */
    push([name, ...given]: Queued) {
      const call = (api as unknown as Record<string, unknown>)[name];
      if (typeof call === "function") call(...given);
    },
  };
  (window as unknown as { linger: unknown }).linger = api;

  window.addEventListener("message", (event) => {
    if (event.origin !== server || !frame || event.source !== frame.contentWindow) return;
    if (isSealed(event.data)) hear(event.data as unknown as ToHost);
  });
  for (const intent of ["pointerenter", "focus", "touchstart"] as const)
    view.button.addEventListener(intent, load, { passive: true });
  view.button.addEventListener("click", () => setOpen(!isOpen));
  view.shut.addEventListener("click", () => setOpen(false));
  view.again.addEventListener("click", () => {
    unload();
    load();
  });
  view.shadow.addEventListener("keydown", (event) => {
    if ((event as KeyboardEvent).key === "Escape") setOpen(false);
  });

  look();
  view.host.hidden = record.get().look?.enabled === false;
  draw();
  document.body.append(view.host);
  for (const call of queued) api.push(call);
  if (openAtOnce !== undefined && openAtOnce !== "false") setOpen(true);

  const idle = window.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 1500));
  idle(() => {
    if (record.get().known) load();
    else if (!painted && Date.now() - (record.get().at ?? 0) > LOOK_MS) void ask();
  });
  /** What the launcher looks like; the page does without if its policy does not let it ask. */
  async function ask() {
    record.put({ at: Date.now() });
    try {
      const answer = await fetch(`${server}/api/v1/widgets/${encodeURIComponent(widget)}`, {
        credentials: "omit",
      });
      if (!answer.ok) return;
      const { accent, position: side, enabled } = await answer.json();
      record.put({ look: { accent, position: side, enabled } });
      view.host.hidden = !enabled && !isOpen;
      look();
    } catch {
      // As said above.
    }
  }
}

const script = document.currentScript;
const before = (window as unknown as { linger?: unknown }).linger;
if (
  script instanceof HTMLScriptElement &&
  script.dataset.widget &&
  (!before || Array.isArray(before))
) {
  const { widget } = script.dataset;
  const go = () => start(script, widget, (before ?? []) as Queued[]);
  if (document.body) go();
  else document.addEventListener("DOMContentLoaded", go);
}
