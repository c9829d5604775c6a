import type { Item } from "@linger/sdk";
import { notifications } from "@mantine/notifications";
import { isOffered, nameOf } from "./lists";
import type { DeskModel } from "./model";
import { notify } from "./offers/alarm";

/**
 * What an agent is told besides offers: that a customer whom they had is back, wherever it went, and,
 * when nobody looks at the page, what customers write.
 */
export function tellOf(desk: DeskModel): () => void {
  const ends = [
    desk.client.on("customer_returned", async ({ conversation, customer }) => {
      await desk.feed.refresh(conversation);
      const item = desk.store.latest(conversation);
      if (item && isOffered(item, desk.agent)) return;
      notifications.show({
        title: `${nameOf(item ?? { customer })} has written`,
        message: where(item, desk.agent),
        withBorder: true,
      });
    }),
    desk.client.on("message", ({ conversation, author, text }) => {
      if (author.kind !== "customer") return;
      const item = desk.store.latest(conversation);
      if (item?.agent === desk.agent) notify(nameOf(item), text, `message-${conversation}`);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function where(item: Item | undefined, agent: string): string {
  if (item?.waiting_for === agent) return "It waits until you have room and are available.";
  if (item?.state === "open") return "It is in the queue.";
  return "It went to somebody else.";
}
