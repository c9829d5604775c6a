/** A shop that embeds the chat exactly as a page of a customer of ours would. */

import { choices, element, get } from "./dom";
import { fillGoods } from "./goods";

interface Customers {
  customers: { id: string; name: string }[];
  widgets: { persistent: string; live: string };
}

interface Linger {
  open(): void;
  identify(getToken: () => Promise<string>): void;
  reset(): void;
  context(values: Record<string, string>): void;
  locale(code: string): void;
  on(event: string, listener: (detail?: unknown) => void): void;
  push(call: unknown[]): void;
}

declare global {
  interface Window {
    linger?: Linger | unknown[][];
  }
}

const NOBODY = "";
const asked = new URLSearchParams(location.search);

/** What was chosen before in this window. */
function chosen(what: string, otherwise: string): string {
  const value = asked.get(what) ?? sessionStorage.getItem(`demo:${what}`) ?? otherwise;
  sessionStorage.setItem(`demo:${what}`, value);
  return value;
}
function choose(what: string, value: string): void {
  sessionStorage.setItem(`demo:${what}`, value);
  asked.delete(what);
}

function call(...given: unknown[]): void {
  window.linger ??= [];
  (window.linger as { push(call: unknown[]): void }).push(given);
}

async function getToken(customer: string): Promise<string> {
  const answer = await fetch("/demo/token", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Linger-Request": "1" },
    body: JSON.stringify({ customer }),
  });
  if (!answer.ok) throw new Error(`The token was not given (${answer.status}).`);
  return (await answer.json()).token;
}

function snippet(widget: string, customer: string): string {
  const lines = [
    `<script src="${location.origin}/widget.js" data-widget="${widget}" async></script>`,
  ];
  if (customer !== NOBODY)
    lines.push(
      "",
      "<script>",
      "  window.linger ||= [];",
      '  linger.push(["identify", async () =>',
      '    (await (await fetch("/my/chat-token")).json()).token]);',
      "</script>",
    );
  return lines.join("\n");
}

function note(text: string): void {
  const list = get("events");
  element(list, "li", { text: `${new Date().toLocaleTimeString()}  ${text}` });
  while (list.childElementCount > 6) list.firstElementChild?.remove();
}

/** Adds the tag. A page of yours has it in its HTML. */
function embed(widget: string): void {
  const script = document.createElement("script");
  script.src = "/widget.js";
  script.async = true;
  script.dataset.widget = widget;
  document.head.append(script);
}

async function main(): Promise<void> {
  get("both").hidden = window.top !== window;
  fillGoods(get("goods"), (name) => {
    call("context", { product: name });
    call("open");
  });
  const answer = await fetch("/demo/customers");
  if (!answer.ok) {
    get("account").textContent = "This page needs the server of the demo.";
    return;
  }
  const { customers, widgets }: Customers = await answer.json();
  let customer = chosen("customer", customers[0]?.id ?? NOBODY);
  const wanted = chosen("widget", "persistent");
  const mode = wanted === "live" || wanted === widgets.live ? "live" : "persistent";
  const locale = chosen("locale", "");
  const widget = widgets[mode];

  const show = () => {
    const who = customers.find((c) => c.id === customer);
    get("account").textContent = who ? `Signed in as ${who.name}` : "Not signed in";
    get("code").textContent = snippet(widget, customer);
  };
  const signIn = () => {
    const name = customers.find((c) => c.id === customer)?.name;
    if (name) call("context", { name });
    if (customer !== NOBODY) call("identify", () => getToken(customer));
  };

  choices(
    get("customers"),
    "customer",
    [
      ...customers.map((c) => ({ value: c.id, label: c.name })),
      { value: NOBODY, label: "Not signed in" },
    ],
    customer,
    (value) => {
      choose("customer", value);
      customer = value;
      call("reset");
      signIn();
      show();
      note(value ? "identify() after reset()" : "reset()");
    },
  );
  choices(
    get("modes"),
    "mode",
    [
      { value: "persistent", label: "Persistent" },
      { value: "live", label: "Live" },
    ],
    mode,
    (value) => {
      choose("widget", value);
      // A page has one chat; the other one is another page.
      location.assign(location.pathname);
    },
  );
  const language = get<HTMLSelectElement>("locale");
  language.value = locale;
  language.addEventListener("change", () => {
    choose("locale", language.value);
    call("locale", language.value || navigator.language);
  });
  get("ask").addEventListener("click", () => call("open"));
  const copy = get("copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(get("code").textContent ?? "").catch(() => {});
    copy.textContent = "Copied";
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 1_500);
  });

  show();
  if (locale) call("locale", locale);
  call("context", { page: "shop" });
  signIn();
  for (const event of ["ready", "open", "close", "unread", "message"])
    call("on", event, (detail: unknown) =>
      note(`${event}${detail === undefined ? "" : ` ${JSON.stringify(detail)}`}`),
    );
  embed(widget);
}

void main();
