import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();

test("the server under test starts, is killed and starts again with what it had", async () => {
  const maria = server.customer("maria");
  const { id } = await maria.start("support", "Hello");
  await server.kill();
  await server.start();
  expect((await maria.messages(id)).map((m) => m.text)).toContain("Hello");
});

test("a page of another origin is there to embed widgets", async ({ open }) => {
  const page = await open();
  await page.goto(host.page({ widget: "none" }).replace(/\?.*/, "token?customer=a"));
  expect(await page.textContent("body")).toMatch(/^ey/);
});
