import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets } from "../support/company.ts";
import { UNREACHABLE } from "../support/guard.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const visit = (customer: string, more: { seconds?: number } = {}) =>
  host.page({ widget: "help", customer, context: { name: customer }, ...more });
const textsOf = async (customer: string) => {
  const [conversation] = await server.customer(customer).conversations();
  const messages = conversation ? await server.customer(customer).messages(conversation.id) : [];
  return messages.filter((m) => m.author.kind === "customer").map((m) => m.text);
};

test.beforeAll(() => makeWidgets(server));

test("what is written without a connection is sent exactly once when it is back, also after a reload", async ({
  open,
  guard,
}) => {
  guard.allow(...UNREACHABLE);
  const widget = await Widget.visit(await open(), visit("maria"));
  const { page } = widget;
  await widget.say("First");
  await widget.expectDelivery("First", "Sent");

  await page.context().setOffline(true);
  await expect(widget.status.filter({ hasText: /not connected/i })).toBeVisible();
  await widget.say("Second, in the tunnel");
  await widget.say("Third, in the tunnel");
  await widget.expectDelivery("Third, in the tunnel", "Waiting to be sent");

  await expect(page.reload()).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  expect(await textsOf("maria")).toEqual(["First"]);

  await page.context().setOffline(false);
  await page.goto(visit("maria"));
  // Nobody needs to open the chat for what waits in it.
  await expect.poll(() => textsOf("maria")).toHaveLength(3);
  await widget.open();
  await widget.expectDelivery("Third, in the tunnel", "Sent");
  await widget.expectOnce("First", "Second, in the tunnel", "Third, in the tunnel");
  expect(await textsOf("maria")).toEqual([
    "First",
    "Second, in the tunnel",
    "Third, in the tunnel",
  ]);
});

test("what is written while the server is down is sent once it is there again", async ({
  open,
  guard,
}) => {
  guard.allow(...UNREACHABLE);
  const widget = await Widget.visit(await open(), visit("pedro"));
  await widget.say("Before");
  await widget.expectDelivery("Before", "Sent");
  await server.kill();
  await widget.say("Meanwhile");
  await widget.expectDelivery("Meanwhile", "Waiting to be sent");
  await widget.page.reload();
  await server.start();
  await widget.page.reload();
  await widget.open();
  await widget.expectDelivery("Meanwhile", "Sent");
  await widget.expectOnce("Before", "Meanwhile");
  expect(await textsOf("pedro")).toEqual(["Before", "Meanwhile"]);
});

test("a first message that is written without a connection starts one conversation", async ({
  open,
  guard,
}) => {
  guard.allow(...UNREACHABLE);
  const widget = await Widget.visit(await open(), visit("joao"));
  await expect(widget.input).toBeEditable();
  await widget.page.context().setOffline(true);
  await widget.say("Hello from the train");
  await widget.say("Are you there?");
  await widget.page.context().setOffline(false);
  await widget.expectDelivery("Are you there?", "Sent");
  expect(await textsOf("joao")).toEqual(["Hello from the train", "Are you there?"]);
  expect(await server.customer("joao").conversations()).toHaveLength(1);
});

test("an agent without a connection sees it, and what they wrote arrives once it is back", async ({
  open,
  guard,
}) => {
  guard.allow(...UNREACHABLE);
  const anna = await Desk.at(await open(), server, "anna");
  await server.customer("rosa").start("support", "Hello", { name: "Rosa" });
  await anna.accept("Rosa");
  await anna.page.context().setOffline(true);
  await anna.say("Written in the lift");
  await expect(anna.connectionLine).toBeVisible();
  await anna.expectDelivery("Written in the lift", "Waiting");
  await anna.page.context().setOffline(false);
  await anna.expectDelivery("Written in the lift", "Sent");
  const [conversation] = await server.customer("rosa").conversations();
  const messages = await server.customer("rosa").messages(conversation?.id ?? "");
  expect(messages.filter((m) => m.text === "Written in the lift")).toHaveLength(1);
});
