/** The app as a whole: who is here, what is shown, what the page around is told. */

import {
  type CustomerClient,
  type CustomerOptions,
  createCustomer,
  type WidgetInfo,
} from "@linger/sdk";
import { computed, effect, signal, untracked } from "@preact/signals";
import { language, speak, t } from "../locales";
import * as host from "./host";
import { kept } from "./kept";
import { createSession, isOver, type Session } from "./session";
import { chime } from "./sound";
import { paint } from "./theme";

export const widgetId = decodeURIComponent(location.pathname.split("/").at(-1) ?? "");

export const session = signal<Session | null>(null);
/** The end of the log is in sight, so what comes is read. */
export const atEnd = signal(true);

const minute = signal(Date.now());
const visible = signal(!document.hidden);
/** Somebody looks at the panel. */
export const looking = computed(() => host.panelOpen.value && visible.value);

/** What belongs to whoever is here now; another visitor must not find it. */
export const whose = computed(() => (host.signedIn.value ? "signed-in" : "device"));
export const keyOf = (what: string) => `${widgetId}:${whose.peek()}:${what}`;

/** Opening hours as of now: the widget says when it opens next. */
export function isOpen(info: WidgetInfo): boolean {
  return info.open || (info.opens_at !== undefined && info.opens_at <= minute.value);
}

export type Stage = "loading" | "failed" | "disabled" | "sign_in" | "closed" | "chat";

/** A start was refused because nobody is there (live). */
export const refusedUntil = signal<{ opensAt?: number } | null>(null);

export const stage = computed<Stage>(() => {
  const s = session.value;
  const info = s?.info.value;
  if (!s || !info) return s?.connection.value.refusal ? "failed" : "loading";
  if (!info.enabled) return "disabled";
  if (!host.signedIn.value && !info.device_identity) return "sign_in";
  const current = s.current.value;
  if (info.mode === "live" && !current && (!isOpen(info) || refusedUntil.value)) return "closed";
  return "chat";
});

/** Answers to the questions before a chat: asked once. */
const answers = signal<Record<string, string> | null>(null);

/** Questions that stand between the visitor and a new conversation. */
export const questions = computed(() => {
  const s = session.value;
  const info = s?.info.value;
  if (!s?.loaded.value || !info || info.pre_chat.length === 0 || answers.value) return null;
  // One without an id is only on its way, and its answers may be refused.
  return s.current.value?.id ? null : info.pre_chat;
});

/** Whether there are questions is not known before it is known what there is. */
export const undecided = computed(() => {
  const s = session.value;
  const asks = (s?.info.value?.pre_chat.length ?? 0) > 0 && !answers.value;
  return asks && !s?.loaded.value && !s?.current.value;
});

export function answered(given: Record<string, string>): void {
  answers.value = given;
  kept.put(keyOf("answers"), JSON.stringify(given));
}

function readAnswers(): Record<string, string> | null {
  try {
    return JSON.parse(kept.get(keyOf("answers")) ?? "null");
  } catch {
    return null;
  }
}

/** Counts how often what was kept was thrown away. */
export const forgotten = signal(0);

function forget(): void {
  for (const what of ["draft", "answers"]) kept.put(`${widgetId}:signed-in:${what}`, null);
  answers.value = null;
  forgotten.value += 1;
}

/** A page may sign somebody else in without having signed out whoever was here before. */
function recognise(customer: string | null | undefined): void {
  if (!customer || !host.signedIn.peek()) return;
  const before = kept.get(keyOf("who"));
  if (before !== null && before !== customer) forget();
  kept.put(keyOf("who"), customer);
}

/** The context of a start, read when it is made. */
function startContext(): Record<string, string> {
  return { ...answers.peek(), ...host.context };
}

let make: (options: CustomerOptions) => CustomerClient = createCustomer;

function open(signedIn: boolean, locale: string): Session {
  const options: CustomerOptions = { widget: widgetId, locale };
  // A getter: what the page says later counts for the next conversation too.
  Object.defineProperty(options, "context", { get: startContext, enumerable: true });
  if (signedIn) options.getToken = host.getToken;
  const client = make(options);
  if (signedIn) void client.linkDevice().catch(() => {});
  return createSession(client);
}

export function again(): void {
  host.identity.value += 1;
}

export function runApp(create: typeof make = createCustomer): void {
  make = create;
  host.onForget(forget);
  setInterval(() => {
    minute.value = Date.now();
  }, 30_000);
  document.addEventListener("visibilitychange", () => {
    visible.value = !document.hidden;
  });

  effect(() => {
    if (host.wantedLocale.value) void speak(host.wantedLocale.value);
  });
  // Somebody else, or another language: a client of its own.
  effect(() => {
    host.identity.value;
    if (!host.met.value) return;
    const signedIn = host.signedIn.value;
    const locale = host.wantedLocale.value;
    untracked(() => {
      session.value?.close();
      refusedUntil.value = null;
      answers.value = readAnswers();
      session.value = open(signedIn, locale);
    });
  });
  effect(() => {
    const info = session.value?.info.value;
    if (!info) return;
    paint(info.accent);
    document.title = info.title || "Chat";
    host.tell({
      type: "ready",
      look: { accent: info.accent, position: info.position, enabled: info.enabled },
    });
  });
  effect(() => {
    const customer = session.value?.customer.value;
    untracked(() => recognise(customer));
  });
  effect(() => {
    if (stage.value !== "loading") untracked(() => sayReady());
  });
  effect(() => {
    host.tell({ type: "unread", unread: session.value?.unread.value ?? 0 });
  });
  effect(() => {
    const s = session.value;
    if (s?.loaded.value)
      host.tell({ type: "known", known: s.threads.value.length > 0 || s.current.value !== null });
  });
  effect(() => {
    const s = session.value;
    if (!s || !looking.value || !atEnd.value) return;
    // Again with every message that comes.
    s.sections.value;
    s.markRead();
  });
  effect(() => heardFrom());
}

/** The panel is shown even where there is nothing but a sentence to show. */
function sayReady(): void {
  if (session.peek()?.info.peek()) return;
  host.tell({ type: "ready" });
}

let heard = "";
let heardSession: Session | null = null;

/** Sound and notices for what agents write while nobody looks. */
function heardFrom(): void {
  const s = session.value;
  const section = s?.sections.value.at(-1);
  if (!s || !section) return;
  const last = section.messages.findLast((m) => m.author.kind === "agent");
  const key = last ? last.key : "";
  const news = heardSession === s && key !== heard && s.loaded.peek();
  heardSession = s;
  heard = key;
  // What is already read elsewhere, or comes as history, makes no noise.
  if (!last || !news || (last.seq ?? 0) <= section.view.customer_marks.read) return;
  if (Date.now() - last.at > 60_000) return;
  const from = last.author.name ?? t().team;
  host.tell({ type: "message", from, at: last.at, notice: t().newFrom(from) });
  if (!untracked(() => looking.value) || !document.hasFocus()) chime();
}

export { isOver, language };
