import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets } from "../support/company.ts";
import { UNREACHABLE } from "../support/guard.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const EACH = 24;

test("a server that is killed while both sides write loses and doubles nothing", async ({
  open,
  guard,
}) => {
  test.setTimeout(120_000);
  guard.allow(...UNREACHABLE);
  await makeWidgets(server);
  const anna = await Desk.at(await open(), server, "anna");
  // High windows, in which the whole conversation has room.
  await anna.page.setViewportSize({ width: 1280, height: 6000 });
  const maria = await Widget.visit(
    await open({ viewport: { width: 420, height: 4000 } }),
    host.page({ widget: "help", customer: "maria", context: { name: "Maria" } }),
  );
  await maria.say("Hello");
  await anna.accept("Maria");
  const [conversation] = await server.supervisor.conversations("?customer=maria");
  const id = conversation?.id ?? "";

  const asked = Array.from({ length: EACH }, (_, n) => `question ${n + 1}.`);
  const answered = Array.from({ length: EACH }, (_, n) => `answer ${n + 1}.`);
  const write = async (say: (text: string) => Promise<void>, texts: string[]) => {
    for (const text of texts) await say(text);
  };
  const crash = async () => {
    await expect(maria.message("answer 6.")).toHaveCount(1);
    await server.kill();
    // Both go on writing to nobody, and say that nobody is there.
    await expect(maria.message("question 15.")).toHaveCount(1);
    await expect(maria.status.filter({ hasText: /not connected|connecting/i })).toBeVisible();
    await server.start();
  };
  await Promise.all([
    write((text) => maria.say(text), asked),
    write((text) => anna.say(text), answered),
    crash(),
  ]);

  const all = [...asked, ...answered];
  const stored = async () => (await server.supervisor.messages(id)).map((m) => m.text);
  await expect
    .poll(async () => (await stored()).filter((t) => all.includes(t)).length)
    .toBe(2 * EACH);
  const thread = (await stored()).filter((text) => all.includes(text));
  expect(new Set(thread).size).toBe(2 * EACH);
  expect(thread.filter((text) => asked.includes(text))).toEqual(asked);
  expect(thread.filter((text) => answered.includes(text))).toEqual(answered);

  const shown = (texts: string[]) => texts.filter((text) => all.includes(text));
  await expect.poll(async () => shown(await maria.texts())).toEqual(thread);
  await expect.poll(async () => shown(await anna.texts())).toEqual(thread);
  await maria.expectDelivery(asked.at(-1) ?? "", "Read");
  await anna.expectDelivery(answered.at(-1) ?? "", "Read");
  // What one has written oneself needs no mark.
  const messages = await server.supervisor.messages(id);
  const last = (kind: string) =>
    Math.max(...messages.filter((m) => m.author.kind === kind).map((m) => m.seq));
  await expect
    .poll(async () => (await server.supervisor.view(id)).customer_marks.read)
    .toBeGreaterThanOrEqual(last("agent"));
  await expect
    .poll(async () => (await server.supervisor.view(id)).agent_marks.read)
    .toBeGreaterThanOrEqual(last("customer"));
});
