/** The shop of the demo and the widget in it. */

import { expect } from "@playwright/test";
import { Widget } from "../pages/widget.ts";
import { morning, night } from "../support/company.ts";
import { accepted, calm, type Scenes } from "./scene.ts";

export const shopScenes: Scenes = async ({ server, open }, shown) => {
  const page = await open(calm);
  await page.goto(`${server.url}/demo?customer=maria&widget=persistent`);
  await expect(new Widget(page).opener).toBeVisible();
  await shown("shop", page);
  const both = await open(calm);
  await both.goto(`${server.url}/demo/both`);
  await expect(both.getByText(/Sign in at the desk as/)).toBeVisible();
  await shown("shop-and-desk", both, "over");
};

export const widgetScenes: Scenes = async (stage, shown) => {
  const { server, open } = stage;
  const visit = async (customer: string, mode: "persistent" | "live") => {
    const page = await open(calm);
    return Widget.visit(page, `${server.url}/demo?customer=${customer}&widget=${mode}`);
  };
  const anna = server.agent("anna");
  await anna.presence("available");

  await server.admin.configure("widgets", "shop", { pre_chat: [] });
  const maria = await visit("maria", "persistent");
  await expect(maria.frame.getByRole("heading", { name: "How can we help?" })).toBeVisible();
  await shown("widget-empty", maria.page);

  await maria.say("Good morning. My order 4711 has not come yet.");
  await maria.expectDelivery("My order 4711", /./);
  const [conversation] = await server.customer("maria").conversations();
  const id = conversation?.id ?? "";
  await accepted(stage, id);
  await anna.say(id, "Good morning Maria, I am looking for it. One moment, please.");
  await anna.say(id, "It left Santiago yesterday: https://parcels.example.com/track/4711");
  await maria.expectOnce("https://parcels.example.com/track/4711");
  await maria.say("Thank you, that was quick!\nI am at home until six.");
  await maria.expectOnce("I am at home until six");
  await shown("widget-talking", maria.page);

  await maria.frame.getByRole("button", { name: "More", exact: true }).click();
  await shown("widget-menu", maria.page, "over");
  await maria.page.keyboard.press("Escape");
  await maria.frame.getByRole("button", { name: "Emoji" }).click();
  await expect(maria.frame.getByRole("button", { name: "Emoji" })).toHaveAttribute(
    "aria-expanded",
    "true",
  );
  await shown("widget-emoji", maria.page, "over");
  await maria.page.keyboard.press("Escape");
  await maria.input.fill("x".repeat(8_050));
  await expect(maria.frame.getByText(/Too long/)).toBeVisible();
  await shown("widget-too-long", maria.page);
  await maria.input.fill("");

  await maria.page.context().setOffline(true);
  await maria.say("Are you still there?");
  await expect(maria.status.filter({ hasText: /Not connected/ })).toBeVisible();
  await shown("widget-offline", maria.page);
  await maria.page.context().setOffline(false);
  await maria.expectDelivery("Are you still there?", /Sent|Delivered|Read/);

  await anna.act(id, "end");
  await anna.act(id, "finish");
  await expect(maria.log).toContainText("This conversation has ended.");
  await shown("widget-ended", maria.page);

  await server.admin.configure("widgets", "shop", {
    pre_chat: [
      {
        key: "topic",
        label: "What is it about?",
        required: true,
        options: [
          { value: "order", label: "An order" },
          { value: "other", label: "Something else" },
        ],
      },
      { key: "email", label: "E-mail", kind: "email" },
      { key: "story", label: "What happened?", kind: "long_text" },
    ],
  });
  const joao = await visit("joao", "persistent");
  await expect(joao.frame.getByRole("heading", { name: "Before we start" })).toBeVisible();
  await shown("widget-questions", joao.page);
  await joao.frame.getByRole("button", { name: "Start chat" }).click();
  await expect(joao.frame.getByRole("alert").first()).toBeVisible();
  await shown("widget-questions-refused", joao.page);
  await server.admin.configure("widgets", "shop", { pre_chat: [] });

  await anna.presence("away");
  const live = await visit("maria", "live");
  await live.say("Is the jug oven-proof?");
  await expect(live.status.filter({ hasText: /in line/ })).toBeVisible();
  await shown("widget-in-line", live.page);
  await live.frame.getByRole("button", { name: "More", exact: true }).click();
  await live.frame.getByRole("menuitem", { name: "End chat" }).click();
  await expect(live.frame.getByRole("dialog")).toBeVisible();
  await shown("widget-end-question", live.page);
  await live.frame.getByRole("button", { name: "End chat" }).click();

  await night(server);
  const late = await visit("joao", "live");
  await expect(late.frame.getByText(/We are back/).first()).toBeVisible();
  await shown("widget-closed-live", late.page);
  const asleep = await visit("joao", "persistent");
  await expect(asleep.frame.getByRole("note")).toBeVisible();
  await shown("widget-closed-persistent", asleep.page);
  await morning(server);
};
