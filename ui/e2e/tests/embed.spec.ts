import { Desk, signIn } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets } from "../support/company.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const visit = { widget: "help", customer: "maria", context: { name: "Maria" } };

test.beforeAll(() => makeWidgets(server));
test.afterEach(() => server.admin.configure("widgets", "help", { allowed_origins: [] }));

test("the widget works on another site whose policy allows nothing else", async ({ open }) => {
  const widget = await Widget.visit(await open(), host.page(visit, host.foreignOrigin));
  await expect(widget.frame.getByRole("heading", { name: "Help", exact: true })).toBeVisible();
  await widget.say("From another site");
  await widget.expectDelivery("From another site", "Sent");
  await widget.close();
  await expect(widget.page.getByRole("heading", { name: "A shop" })).toBeVisible();
});

test("a widget is shown by the origins that it allows and by no others", async ({
  open,
  guard,
}) => {
  await server.admin.configure("widgets", "help", { allowed_origins: [host.origin] });
  const allowed = await Widget.visit(await open(), host.page(visit));
  await allowed.say("From the shop");
  await allowed.expectDelivery("From the shop", "Sent");

  guard.allow(
    /frame-ancestors/,
    /403 \(Forbidden\).*api\/v1\/widgets/,
    /net::ERR_(FAILED|BLOCKED)/,
  );
  const page = await open();
  await page.clock.install();
  await page.goto(host.page(visit, host.foreignOrigin));
  await page.getByRole("button", { name: /^Open chat/ }).click();
  await page.clock.fastForward(20_000);
  await expect(page.getByText("The chat cannot be reached.")).toBeVisible();
  await expect(new Widget(page).input).toHaveCount(0);

  const asked = (origin: string) =>
    fetch(`${server.url}/api/v1/widgets/help`, { headers: { origin } });
  expect((await asked(host.origin)).status).toBe(200);
  expect((await asked(host.foreignOrigin)).status).toBe(403);
});

test("nobody else can put the pages of the staff into a frame", async ({ open, guard }) => {
  guard.allow(/frame-ancestors|X-Frame-Options|Refused to (frame|display)|Framing '/i);
  for (const path of ["/desk", "/admin", "/desk/floor"]) {
    const page = await open();
    await page.goto(`${host.foreignOrigin}/frame?path=${path}`);
    const framed = page.frames()[1];
    await expect.poll(() => framed?.url()).toContain("chrome-error:");
    const policy = (await fetch(`${server.url}${path}`)).headers.get("content-security-policy");
    expect(policy).toMatch(/frame-ancestors '(none|self)'/);
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/unsafe/);
  }
});

test("the address of a conversation leads to it, through the sign-in", async ({ open }) => {
  const { id } = await server.customer("nora").start("support", "Where is it?", { name: "Nora" });
  const page = await open();
  await page.goto(`${server.url}/desk/c/${id}`);
  await signIn(page, "anna", server.password("anna"));
  const desk = new Desk(page);
  await expect(page.getByRole("heading", { level: 1, name: "Nora" })).toBeVisible();
  await desk.expectOnce("Where is it?");
  await page.reload();
  await desk.expectOnce("Where is it?");

  await page.goto(`${server.url}/desk/c/00000000-0000-7000-8000-000000000000`);
  await expect(desk.notices).toContainText(/conversation/);
});

test("a page can open the chat, follow it, and change who is there", async ({ open }) => {
  const page = await open();
  await page.goto(host.page({ ...visit, customer: "paula" }));
  const call = (...given: unknown[]) =>
    page.evaluate((all) => {
      const { linger } = window as unknown as { linger: { push(call: unknown[]): void } };
      linger.push(all);
    }, given);
  const widget = new Widget(page);
  await call("open");
  await widget.say("I am Paula");
  await widget.expectDelivery("I am Paula", "Sent");
  await call("close");
  await expect(widget.opener).toBeVisible();

  const [conversation] = await server.customer("paula").conversations();
  const anna = server.agent("anna");
  await anna.presence("available");
  await expect
    .poll(async () => (await server.supervisor.view(conversation?.id ?? "")).agent)
    .toBe("anna");
  await anna.act(conversation?.id ?? "", "accept");
  await anna.say(conversation?.id ?? "", "Hello Paula");
  await expect(page.getByRole("button", { name: /Open chat, \d unread/ })).toBeVisible();
  await call("open");
  await widget.expectOnce("Hello Paula");

  // Whoever comes next finds nothing of hers.
  await call("reset");
  await call("open");
  await expect(widget.frame.getByRole("heading", { name: "How can we help?" })).toBeVisible();
  await expect(widget.frame.getByText("I am Paula")).toHaveCount(0);
});
