import type { Locator, Page } from "@playwright/test";
import { Desk, signIn } from "../pages/desk.ts";
import { each } from "../support/api.ts";
import { record, type Smoothness, scriptTime, slowness, smoothness } from "../support/measure.ts";
import { expect, test, useServer } from "../support/test.ts";

const AGENTS = 500;
const { server } = useServer({ agents: AGENTS });

const FEW = 200;
const MANY = 2_000;
const CHANGES = 200;
const ROUNDS = 3;
/** What a change may cost with many rows, in those of a few. */
const GROWTH = 1.5;
/** Below this a change is measured as well as nothing, in milliseconds of script. */
const NOISE_MS = 0.3;
/** No task of the page takes longer than this, on a machine that does nothing else. */
const LONGEST_TASK_MS = 100;

const ids: string[] = [];
const agentName = (n: number) => `agent-${String(n).padStart(3, "0")}`;

async function fill(upTo: number): Promise<void> {
  const numbers = Array.from({ length: upTo - ids.length }, (_, n) => ids.length + n + 1);
  await each(numbers, 24, async (n) => {
    const text = `Question number ${n}`;
    const { id } = await server
      .customer(`c${n}`)
      .start("support", text, { name: `Customer ${n}.` });
    ids[n - 1] = id;
  });
}

/** Tags conversations all over the list, the first one last: when its tag is seen all were. */
async function changes(tag: string, firstRow: Locator): Promise<void> {
  const step = Math.floor(ids.length / CHANGES);
  const some = Array.from({ length: CHANGES }, (_, n) => ids[n * step] ?? "").slice(1);
  await each(some, 8, (id) => server.supervisor.act(id, "tags", { add: [tag] }));
  await server.supervisor.act(ids[0] ?? "", "tags", { add: [tag], remove: [previous] });
  previous = tag;
  await expect(firstRow).toContainText(tag);
}
let previous = "none";
let round = 0;

/** Milliseconds of script for one change, the best of some rounds. */
async function cost(page: Page, firstRow: Locator): Promise<number> {
  const costs: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    round += 1;
    const tag = `round-${round}`;
    costs.push((await scriptTime(page, () => changes(tag, firstRow))) / CHANGES);
  }
  return Math.min(...costs);
}

function expectSmooth({ longTasks }: Smoothness): void {
  const bar = LONGEST_TASK_MS * slowness();
  expect(longTasks.filter((task) => task > bar)).toEqual([]);
}

test("a change in a list of 2,000 conversations costs what it costs in one of 200", async ({
  open,
}, info) => {
  test.setTimeout(240_000);
  const page = await open();
  await page.goto(`${server.url}/desk`);
  await signIn(page, agentName(1), server.password(agentName(1)));
  const desk = new Desk(page);
  await expect(desk.presence).toBeEnabled();
  const tab = desk.list.getByRole("tab", { name: /^Queue/ });
  await desk.show("Queue");
  await fill(FEW);
  await expect(tab).toContainText(String(FEW));
  const row = desk.row("Customer 1.");
  await expect(row).toBeVisible();
  const few = await cost(page, row);
  await fill(MANY);
  await expect(tab).toContainText(String(MANY), { timeout: 30_000 });
  await expect(row).toBeVisible();
  const many = await cost(page, row);
  const smooth = await smoothness(page, () => changes("smooth", row));
  record(info, "desk list", { few, many, growth: many / few, ...smooth });
  expect(many).toBeLessThan(Math.max(few, NOISE_MS) * GROWTH);
  expectSmooth(smooth);
  expect(await desk.list.getByRole("listitem").count()).toBeLessThan(60);
});

test("a floor of 500 agents and 2,000 conversations is drawn smoothly while it changes", async ({
  open,
}, info) => {
  test.setTimeout(240_000);
  await fill(MANY);
  const page = await open();
  await page.goto(`${server.url}/desk/floor`);
  await signIn(page, "supervisor", server.password("supervisor"));
  await expect(page.getByRole("heading", { level: 1, name: "Floor" })).toBeVisible();
  await expect(page.getByText(`Customer 1.`, { exact: true }).first()).toBeVisible();
  const everybody = Array.from({ length: AGENTS }, (_, n) => agentName(n + 1));
  const all = (presence: string) =>
    each(everybody, 16, (id) => server.agent(id).presence(presence));
  const busy = page.getByText("Busy", { exact: true });
  const away = page.getByText("Away", { exact: true });
  await all("away");
  await expect(away.first()).toBeVisible();
  const script = await scriptTime(page, async () => {
    await all("busy");
    await expect(away).toHaveCount(0);
  });
  const smooth = await smoothness(page, async () => {
    await all("away");
    await expect(busy).toHaveCount(0);
  });
  record(info, "floor", { scriptForAll: script, perChange: script / AGENTS, ...smooth });
  expectSmooth(smooth);
});
