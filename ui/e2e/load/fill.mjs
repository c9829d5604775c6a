#!/usr/bin/env node
/**
 * Fills a running `linger demo` with customers and keeps their conversations changing, so that the
 * lists of the desk and of the floor can be tried by hand as full as they are on a busy day.
 *
 *   linger demo --data /tmp/busy --agents 500 --customer-rate unlimited
 *   node ui/e2e/load/fill.mjs --data /tmp/busy --customers 2000 --agents 400 --rate 20
 */

import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "./data/demo" },
    customers: { type: "string", default: "200" },
    agents: { type: "string", default: "1000" },
    rate: { type: "string", default: "5" },
    workstream: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(`Fills a running demo with conversations and keeps them changing, until Ctrl-C.

  --data DIR        the demo's data directory (./data/demo): its credentials are read there
  --customers N     how many customers have a conversation (200)
  --agents N        how many agents are there, the first ones by id (all)
  --rate N          how many things happen a second (5); 0 fills and ends
  --workstream ID   where the conversations begin (the persistent one)`);
  process.exit(0);
}

const known = JSON.parse(readFileSync(join(values.data, "demo-credentials.json"), "utf8"));
const workstream = values.workstream ?? known.workstreams.persistent;
const customers = Number(values.customers);
const rate = Number(values.rate);
const agents = Object.keys(known.agents)
  .filter((id) => id !== known.supervisor && id !== known.admin)
  .sort()
  .slice(0, Number(values.agents));

const FIRST = ["Ana", "Brais", "Chloé", "Dieter", "Emma", "Fiz", "Greta", "Hugo", "Iria", "João"];
const LAST = ["Almeida", "Bauer", "Castro", "Dubois", "Evans", "Ferreira", "García", "Hoffmann"];
const OPENINGS = [
  "My parcel has not arrived, and it was due on Monday.",
  "Two of the six glasses came broken.",
  "Can I still change the address of my order?",
  "I was charged twice.",
  "The invoice has the wrong name on it.",
  "Do you send to the Azores?",
];
const LINES = [
  "Thank you!",
  "One moment, please.",
  "Is there any news?",
  "Yes, that is right.",
  "Hm.",
];
const any = (all) => all[Math.floor(Math.random() * all.length)];

const key = createPrivateKey({
  key: Buffer.from(known.signing_key_pkcs8_base64, "base64"),
  format: "der",
  type: "pkcs8",
});
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A customer's token as the shop would sign it, good for a day. */
function tokenOf(customer) {
  const iat = Math.floor(Date.now() / 1000);
  const head = part({ typ: "JWT", alg: "EdDSA", kid: known.kid });
  const issuer = known.issuer ? { iss: known.issuer } : {};
  const content = `${head}.${part({ ...issuer, sub: customer, iat, exp: iat + 86_400 })}`;
  return `${content}.${sign(null, Buffer.from(content), key).toString("base64url")}`;
}

const done = new Map();
const refused = new Map();
const add = (all, name) => all.set(name, (all.get(name) ?? 0) + 1);

/** One request in somebody's name. What is refused is counted: some of it is the normal case. */
async function ask(name, token, method, path, body) {
  const answer = await fetch(`${known.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body ? { "content-type": "application/json" } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  const said = text ? JSON.parse(text) : undefined;
  add(answer.ok ? done : refused, answer.ok ? name : `${name} ${said?.error?.code}`);
  return answer.ok ? said : undefined;
}

const asAgent = (agent, ...rest) =>
  ask(rest[0], `${agent}:${known.agents[agent]}`, ...rest.slice(1));
const asSupervisor = (...rest) => asAgent(known.supervisor, ...rest);

/** Does something with each, so many at a time. */
async function each(items, atOnce, work) {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const people = Array.from({ length: customers }, (_, index) => {
  const name = `${FIRST[index % FIRST.length]} ${LAST[Math.floor(index / FIRST.length) % LAST.length]}`;
  return { id: `busy-${String(index + 1).padStart(5, "0")}`, name };
});

function start(person) {
  const body = { workstream, client_id: randomUUID(), text: any(OPENINGS) };
  const context = { name: person.name };
  return ask("start", tokenOf(person.id), "POST", "/conversations", { ...body, context });
}

/** Whoever asks over HTTP is there for 150 seconds: most are available, some are not. */
function comeIn() {
  return each(agents.entries(), 8, ([index, agent]) => {
    const presence = index % 9 === 8 ? "away" : index % 7 === 6 ? "busy" : "available";
    return asAgent(agent, "presence", "PUT", "/me/presence", { presence });
  });
}

/** Everything that is not over, as the supervisor sees it. */
async function everything() {
  const found = [];
  let before = "";
  do {
    const query = `?state=open,active,waiting,wrap_up&limit=250${before && `&before=${before}`}`;
    const page = await asSupervisor("list", "GET", `/conversations${query}`);
    found.push(...(page?.conversations ?? []));
    before = page?.next ?? "";
  } while (before);
  return found.filter((item) => item.customer.startsWith("busy-"));
}

/** The next thing that happens in a conversation. */
async function happen(item) {
  const path = `/conversations/${item.id}`;
  const write = (name, token) => {
    const message = { client_id: randomUUID(), text: any(LINES) };
    return ask(name, token, "POST", `${path}/messages`, message);
  };
  const act = (action) => asAgent(item.agent, action, "POST", `${path}/${action}`);
  if (item.state === "wrap_up" && known.agents[item.agent]) return act("finish");
  if (item.state !== "active" || !known.agents[item.agent])
    return write("customer writes", tokenOf(item.customer));
  if (!item.accepted) return act(Math.random() < 0.9 ? "accept" : "reject");
  const dice = Math.random();
  if (dice < 0.45) return write("agent writes", `${item.agent}:${known.agents[item.agent]}`);
  if (dice < 0.8) return write("customer writes", tokenOf(item.customer));
  if (dice < 0.88) return act("park");
  if (dice < 0.92) return act("release");
  return act("end");
}

const report = (all) => [...all].map(([name, count]) => `${name} ${count}`).join(", ") || "nothing";

console.log(`${agents.length} agents come in …`);
await comeIn();
console.log(`${customers} customers begin …`);
await each(people, 8, start);
console.log(`Done: ${report(done)}. Refused: ${report(refused)}.`);
if (rate <= 0) process.exit(0);

console.log(`${rate} things happen a second. Stop with Ctrl-C.`);
setInterval(() => void comeIn().catch(() => {}), 60_000);
setInterval(() => console.log(`Done: ${report(done)}. Refused: ${report(refused)}.`), 10_000);
for (;;) {
  try {
    const items = await everything();
    const busy = new Set(items.map((item) => item.customer));
    const idle = people.filter((person) => !busy.has(person.id));
    // What is offered is answered first: offers do not wait for long.
    const offered = items.filter((item) => item.state === "active" && !item.accepted);
    const until = Date.now() + 5_000;
    while (Date.now() < until) {
      const began = Date.now();
      const person = idle.pop();
      if (person) await start(person);
      else await happen(offered.pop() ?? any(items));
      await pause(Math.max(0, 1000 / rate - (Date.now() - began)));
    }
  } catch (error) {
    console.log(
      `The server does not answer (${error.cause?.code ?? error.message}); again in 2 s.`,
    );
    await pause(2_000);
  }
}
