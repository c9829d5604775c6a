import { Desk } from "../pages/desk.ts";
import { Widget } from "../pages/widget.ts";
import { makeWidgets, morning, night } from "../support/company.ts";
import { expect, test, useServer } from "../support/test.ts";

const { server, host } = useServer();
const maria = { widget: "help", customer: "maria", context: { name: "Maria López" } };

test("a conversation lives from a night in the shop until it is ended, and the next begins below it", async ({
  open,
}) => {
  test.setTimeout(120_000);
  await makeWidgets(server);
  await night(server);

  const phone = await Widget.visit(await open(), host.page(maria));
  await phone.say("My parcel has not come");
  await phone.expectOnce("My parcel has not come");
  await phone.expectDelivery("My parcel has not come", "Sent");
  await test.step("the customer is told when the team is back", async () => {
    await expect(phone.log).toContainText(/we are back on \w+day \d+ \w+, 09:00/i);
    await expect(phone.frame.getByRole("note")).toContainText(/back/i);
  });
  await phone.page.close();

  const laptop = await Widget.visit(await open(), host.page(maria));
  await test.step("it is there on another device, which is not asked anything", async () => {
    await laptop.expectOnce("My parcel has not come");
    await expect(laptop.log).toContainText(/we are back on/i);
  });

  const anna = await Desk.at(await open(), server, "anna");
  await expect(anna.offers.getByRole("article")).toHaveCount(0);
  await morning(server);

  await test.step("in the morning it is offered and taken", async () => {
    await anna.accept("Maria López");
    await anna.expectOnce("My parcel has not come");
    await laptop.expectDelivery("My parcel has not come", "Read");
  });

  await test.step("both talk, and see each other write", async () => {
    await anna.reply.pressSequentially("Good mor");
    await expect(laptop.typing).toBeVisible();
    await anna.say("Good morning Maria, I look for it");
    await laptop.expectOnce("Good morning Maria, I look for it");
    await laptop.input.pressSequentially("Tha");
    await expect(anna.typing).toBeVisible();
    await laptop.say("Thank you Anna");
    await anna.expectOnce("Thank you Anna");
    await laptop.expectDelivery("Thank you Anna", "Read");
    await anna.expectDelivery("Good morning Maria, I look for it", "Read");
  });

  const [first] = await server.supervisor.conversations("?customer=maria");
  const id = first?.id ?? "";
  await test.step("the agent puts it aside without ending it", async () => {
    await anna.action("Park").click();
    await expect.poll(async () => (await server.supervisor.view(id)).state).toBe("waiting");
    await expect(laptop.log).toContainText(/has left for now/);
  });

  // Somebody else could take it now; it is Anna's all the same.
  const bob = await Desk.at(await open(), server, "bob");
  await test.step("the customer writes, and it comes back to the same agent", async () => {
    await laptop.say("Have you found it?");
    await expect(anna.offer("Maria López")).toContainText(/return|back/i);
    await expect(bob.offers.getByRole("article")).toHaveCount(0);
    await anna.accept("Maria López");
    await anna.expectOnce("Have you found it?");
    await anna.say("It comes tomorrow");
    await laptop.expectOnce("It comes tomorrow");
  });

  await test.step("the agent ends it; the customer cannot", async () => {
    await expect(laptop.frame.getByRole("button", { name: "End chat" })).toHaveCount(0);
    await anna.end();
    await expect(laptop.log).toContainText(/has ended the conversation|has ended\./);
    await anna.action("Finish").click();
    await expect.poll(async () => (await server.supervisor.view(id)).state).toBe("closed");
  });

  await test.step("writing again begins a new one, below the whole history", async () => {
    await laptop.say("One more question");
    await expect
      .poll(async () => (await server.supervisor.conversations("?customer=maria")).length)
      .toBe(2);
    await laptop.expectOnce(
      "My parcel has not come",
      "Good morning Maria, I look for it",
      "Thank you Anna",
      "Have you found it?",
      "It comes tomorrow",
      "One more question",
    );
    await laptop.page.reload();
    await laptop.open();
    await laptop.expectOnce("My parcel has not come", "It comes tomorrow", "One more question");
  });
});
