import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets, morning, night } from "../support/company.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const visit = (customer: string, name: string) =>
  host.page({ widget: "talk", customer, context: { name } });

test.beforeAll(() => makeWidgets(server));

test("live customers see their place, are taken, talk, and end the chat after a question", async ({
  open,
}) => {
  const first = await Widget.visit(await open(), visit("luisa", "Luisa"));
  await first.say("Do you ship to Lugo?");
  await expect(first.status.filter({ hasText: /next in line/i })).toBeVisible();
  const second = await Widget.visit(await open(), visit("pedro", "Pedro"));
  await second.say("Is the blue one back?");
  await expect(second.status.filter({ hasText: /number 2 in line/i })).toBeVisible();

  // One unit: the second has to wait until the first is over.
  await server.admin.configure("agents", "anna", { capacity: 1 });
  await server.admin.configure("workstreams", "live", { wrap_up: "release" });
  const anna = await Desk.at(await open(), server, "anna");
  await anna.accept("Luisa");
  await expect(second.status.filter({ hasText: /next in line/i })).toBeVisible();
  await anna.say("We ship everywhere");
  await first.expectOnce("We ship everywhere");
  await first.say("Wonderful");
  await anna.expectOnce("Wonderful");

  await first.endChat(false);
  await first.say("Wait, one more thing");
  await anna.expectOnce("Wait, one more thing");
  await first.endChat(true);
  await expect(first.log).toContainText(/ended/);
  await expect(anna.offer("Pedro")).toBeVisible();
  const [luisa] = await server.customer("luisa").conversations();
  expect(luisa?.state).toBe("wrap_up");
});

test("a live chat outside its hours says so instead of asking anything", async ({ open }) => {
  await night(server);
  const widget = await Widget.visit(await open(), visit("eva", "Eva"));
  await expect(widget.frame.getByRole("heading", { name: "We are asleep" })).toBeVisible();
  await expect(widget.frame.getByText("Write an e-mail to shop@example.com.")).toBeVisible();
  await expect(widget.frame.getByText(/We are back/)).toBeVisible();
  await expect(widget.input).toHaveCount(0);
  expect(await server.customer("eva").conversations()).toEqual([]);
  await morning(server);
  await widget.page.reload();
  await widget.open();
  await expect(widget.input).toBeVisible();
});
