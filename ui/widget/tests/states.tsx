/**
 * Every state of the app on a page: `npx vite` in this folder, then
 * `/pages/widget/tests/states.html?state=refused&locale=de`.
 */

import { Refusal } from "@linger/sdk";
import { render } from "preact";
import { runApp } from "../src/app/model/app";
import { wantedLocale } from "../src/app/model/host";
import { paint } from "../src/app/model/theme";
import { App } from "../src/app/parts/App";
import "../src/app/styles/index.css";
import { FakeThread, fakeClient, type Given, HOUR, messages, view } from "./fake";

const asked = new URLSearchParams(location.search);

const talk = () =>
  messages("02", [
    { text: "Hello! Write what you need.", author: { kind: "system", system: "greeting" } },
    { text: "Hello, my order 1204 has not arrived.", mine: true, delivery: "read" },
    { text: "It was due on Monday.", mine: true, delivery: "read" },
    { text: "Anna Castro has joined the conversation.", author: { kind: "system" } },
    { text: "Good morning! I am looking for it." },
    { text: "Here it is: https://post.example/track/1204 – it left Vigo this morning." },
    { text: "Thank you 🙂", mine: true, delivery: "delivered" },
  ]);

const refusedText = new Refusal({
  code: "too_long",
  message: "Shorten the text: a message has at most 8,000 characters.",
  retry: false,
  help: "",
});

function long(count: number): FakeThread {
  const lines = Array.from({ length: count }, (_, n) => ({
    text: `Message ${n + 1}. ${"Some words of it. ".repeat(n % 7)}`,
    mine: n % 3 === 0,
    delivery: n % 3 === 0 ? ("read" as const) : undefined,
    at: Date.now() - (count - n) * 200_000,
  }));
  return new FakeThread(view(), messages("02", lines));
}

function paged(): FakeThread {
  const thread = long(500);
  const all = thread.messages.get();
  for (let n = 0; n < 450; n += 50) thread.pages.push(all.slice(n, n + 50));
  thread.messages.set(all.slice(450));
  thread.earlier.set("more");
  return thread;
}

const states: Record<string, () => Given> = {
  empty: () => ({}),
  talk: () => ({ current: new FakeThread(view(), talk()) }),
  typing: () => {
    const current = new FakeThread(view(), talk());
    current.typing.set({ side: "agent", agent: "anna" });
    return { current };
  },
  waiting: () => ({
    connection: { state: "offline" },
    current: new FakeThread(view(), [
      ...talk(),
      ...messages("w", [{ text: "Is it far away?", mine: true, delivery: "waiting" }]),
    ]),
  }),
  memory: () => ({
    connection: { state: "offline" },
    outbox: "memory",
    current: new FakeThread(view(), talk()),
  }),
  refused: () => ({
    current: new FakeThread(view(), [
      ...talk(),
      ...messages("r", [
        { text: "Much too long…", mine: true, delivery: "refused", refusal: refusedText },
      ]),
    ]),
  }),
  ended: () => ({ past: [new FakeThread(view({ state: "closed" }), talk())] }),
  history: () => ({
    current: new FakeThread(
      view({ id: "03" }),
      messages("03", [{ text: "I have a new question.", mine: true, delivery: "sent" }]),
    ),
    past: [
      new FakeThread(
        view({ id: "02", state: "closed", created_at: Date.now() - 20 * 24 * HOUR }),
        messages(
          "02",
          talk().map(({ text, mine, author }) => ({ text, mine, author })),
          Date.now() - 20 * 24 * HOUR,
        ),
      ),
      new FakeThread(
        view({ id: "01", state: "closed", created_at: Date.now() - 200 * 24 * HOUR }),
        messages(
          "01",
          [{ text: "Do you ship to Portugal?", mine: true, delivery: "read" }, { text: "We do." }],
          Date.now() - 200 * 24 * HOUR,
        ),
      ),
    ],
  }),
  hours: () => ({
    info: { open: false, opens_at: Date.now() + 14 * HOUR },
    current: new FakeThread(view({ agent: undefined, accepted: false, state: "open" }), talk()),
  }),
  closed: () => ({
    info: {
      mode: "live",
      open: false,
      opens_at: Date.now() + 14 * HOUR,
      offline: { title: "We are closed", text: "Come back {opens_at}." },
    },
  }),
  place: () => ({
    info: { mode: "live" },
    place: { position: 3, waitMs: 240_000 },
    current: new FakeThread(
      view({ mode: "live", state: "open", accepted: false, agent: undefined }),
      talk().slice(0, 2),
    ),
  }),
  live: () => ({
    info: { mode: "live" },
    current: new FakeThread(view({ mode: "live" }), talk()),
  }),
  prechat: () => ({
    info: {
      pre_chat: [
        {
          key: "topic",
          label: "What is it about?",
          kind: "choice",
          required: true,
          options: [
            { value: "order", label: "An order" },
            { value: "prices", label: "Prices" },
          ],
        },
        { key: "email", label: "E-mail", kind: "email", required: true },
        { key: "order", label: "Order number", kind: "text", required: false },
        { key: "more", label: "Anything we should know?", kind: "long_text", required: false },
      ],
    },
    start: async () => {
      throw new Refusal({
        code: "answers_needed",
        message: "Answer the questions.",
        retry: false,
        help: "",
        problems: ["topic: an answer is needed.", "email: the answer is an e-mail address."],
      });
    },
  }),
  signin: () => ({ info: { device_identity: false } }),
  disabled: () => ({ info: { enabled: false } }),
  signedout: () => ({
    connection: {
      state: "signed_out",
      refusal: new Refusal({
        code: "token_invalid",
        message: "The token does not verify.",
        retry: false,
        help: "",
      }),
    },
    current: new FakeThread(view(), talk()),
  }),
  long: () => ({ current: long(Number(asked.get("n") ?? 10_000)) }),
  paged: () => ({ current: paged() }),
};

const given = (states[asked.get("state") ?? "talk"] as () => Given)();
const started = performance.now();
paint(undefined);
wantedLocale.value = asked.get("locale") ?? "en-GB";
if (asked.has("accent")) given.info = { ...given.info, accent: asked.get("accent") as string };
runApp(fakeClient(given));
render(<App />, document.getElementById("root") as HTMLElement);
Object.assign(window, { drawnAfter: performance.now() - started, given });
