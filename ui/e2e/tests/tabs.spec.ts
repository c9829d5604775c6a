import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets } from "../support/company.ts";
import { UNREACHABLE } from "../support/guard.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const url = () => host.page({ widget: "help", customer: "maria", context: { name: "Maria" } });

test("two tabs of a customer show the same and send each message once, also when one is closed mid-way", async ({
  open,
  guard,
}) => {
  guard.allow(...UNREACHABLE);
  await makeWidgets(server);
  const first = await Widget.visit(await open(), url());
  const context = first.page.context();
  await first.say("From the first tab");
  const second = await Widget.visit(await context.newPage(), url());
  await second.expectOnce("From the first tab");
  await second.say("From the second tab");
  await first.expectOnce("From the second tab");

  const anna = await Desk.at(await open(), server, "anna");
  await anna.accept("Maria");
  await anna.say("I see both");
  await first.expectOnce("I see both");
  await second.expectOnce("I see both");

  await test.step("what one tab could not send is seen and sent by the other", async () => {
    await context.setOffline(true);
    for (const n of [1, 2, 3]) await first.say(`Kept ${n}.`);
    await second.say("Kept 4.");
    await second.expectOnce("Kept 1.", "Kept 2.", "Kept 3.", "Kept 4.");
    await first.expectOnce("Kept 4.");
    await first.page.close();
    await context.setOffline(false);
    await anna.expectOnce("Kept 1.", "Kept 2.", "Kept 3.", "Kept 4.");
    await second.expectDelivery("Kept 4.", "Read");
  });

  const [conversation] = await server.customer("maria").conversations();
  const messages = await server.customer("maria").messages(conversation?.id ?? "");
  const written = messages.filter((m) => m.author.kind === "customer").map((m) => m.text);
  expect(written.toSorted()).toEqual(
    [
      "From the first tab",
      "From the second tab",
      "Kept 1.",
      "Kept 2.",
      "Kept 3.",
      "Kept 4.",
    ].toSorted(),
  );
  expect(written.indexOf("Kept 1.")).toBeLessThan(written.indexOf("Kept 2."));
  expect(written.indexOf("Kept 2.")).toBeLessThan(written.indexOf("Kept 3."));
});
