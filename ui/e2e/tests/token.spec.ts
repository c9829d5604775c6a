import { Widget } from "../pages/widget.ts";
import { Api } from "../support/api.ts";
import { makeWidgets } from "../support/company.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();

/** Waits until the server takes a token no more. */
const expired = (token: string) =>
  expect
    .poll(() => new Api(server.url, token).conversations().catch((error) => error.code))
    .toBe("token_expired");

test("a token that runs out while somebody writes costs no word", async ({ open }) => {
  await makeWidgets(server);
  // Without leeway a token of three seconds is good for three seconds.
  await server.admin.configure("authentication", "demo", { leeway: "0s" });
  const widget = await Widget.visit(
    await open(),
    host.page({ widget: "help", customer: "maria", seconds: 3 }),
  );
  await widget.say("Before it runs out");
  await widget.expectDelivery("Before it runs out", "Sent");

  const asked = host.tokens;
  await widget.input.pressSequentially("A long sentence, ");
  await expect.poll(() => host.tokens).toBeGreaterThan(asked);
  await expired(server.token("maria", 3));
  await widget.input.pressSequentially("finished with another token");
  await widget.input.press("Enter");
  const whole = "A long sentence, finished with another token";
  await widget.expectDelivery(whole, "Sent");

  await expired(server.token("maria", 3));
  await widget.say("And long after");
  await widget.expectDelivery("And long after", "Sent");
  const [conversation] = await server.customer("maria").conversations();
  const messages = await server.customer("maria").messages(conversation?.id ?? "");
  expect(messages.filter((m) => m.author.kind === "customer").map((m) => m.text)).toEqual([
    "Before it runs out",
    whole,
    "And long after",
  ]);
});
