import { Desk } from "../pages/desk.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server } = useServer();

test("of two agents who pick the same conversation one gets it and the other is told who", async ({
  open,
}) => {
  await server.admin.configure("workstreams", "support", { distribution: "pick" });
  const anna = await Desk.at(await open(), server, "anna");
  const bob = await Desk.at(await open(), server, "bob");

  for (let round = 1; round <= 3; round += 1) {
    const name = `Customer ${round}`;
    const { id } = await server.customer(`customer-${round}`).start("support", "Hello", { name });
    const desks = [anna, bob];
    for (const desk of desks) {
      await desk.show("Queue");
      await desk.select(name);
    }
    for (const desk of desks) await expect(desk.action("Pick")).toBeVisible();
    await Promise.all(desks.map((desk) => desk.page.keyboard.press("Alt+KeyU")));

    await expect.poll(async () => (await server.supervisor.view(id)).agent).toMatch(/anna|bob/);
    const winner = (await server.supervisor.view(id)).agent ?? "";
    const [won, lost] = winner === "anna" ? [anna, bob] : [bob, anna];
    await won.say("Here I am");
    await won.expectDelivery("Here I am", "Sent");
    await expect(
      lost.page.getByRole("status").filter({ hasText: new RegExp(`${winner} has it`, "i") }),
    ).toBeVisible();
    await expect(lost.action("Pick")).toHaveCount(0);
    await expect(lost.reply).toHaveCount(0);
  }
});

test("an offer that is withdrawn because a colleague was given the conversation disappears", async ({
  open,
}) => {
  await server.admin.configure("workstreams", "support", { distribution: "push" });
  const anna = await Desk.at(await open(), server, "anna");
  const { id } = await server.customer("nora").start("support", "Hello", { name: "Nora" });
  await expect(anna.offer("Nora")).toBeVisible();
  const bob = await Desk.at(await open(), server, "bob");
  await server.supervisor.act(id, "assign", { agent: "bob" });
  await expect(anna.offer("Nora")).toHaveCount(0);
  await bob.accept("Nora");
  await expect(bob.log).toContainText("Hello");
});
