/** The company of the tests: what several files want to be there. */

import type { Server } from "./server.ts";

/** Widgets of both modes, for customers who are signed in at the shop. */
export async function makeWidgets(server: Server): Promise<void> {
  const { admin } = server;
  await admin.configure("widgets", "help", {
    workstream: "support",
    authentication: ["demo"],
    look: { title: "Help" },
  });
  await admin.configure("widgets", "talk", {
    workstream: "live",
    authentication: ["demo"],
    look: { title: "Talk to us" },
    offline: { title: "We are asleep", text: "Write an e-mail to shop@example.com." },
  });
}

/** The queue has closed and opens again tomorrow at nine, in Madrid. */
export async function night(server: Server, queue = "support"): Promise<void> {
  const { admin } = server;
  const today = new Date().toLocaleDateString("en-CA", { timeZone: "Europe/Madrid" });
  const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  await admin.put("/api/v1/config/hours/office", {
    time_zone: "Europe/Madrid",
    ...Object.fromEntries(days.map((day) => [day, ["09:00-18:00"]])),
    holidays: { [today]: [] },
  });
  await admin.configure("queues", queue, { hours: "office" });
}

export async function morning(server: Server, queue = "support"): Promise<void> {
  const path = `/api/v1/config/queues/${queue}`;
  const { hours: _, ...open } = await server.admin.get<Record<string, unknown>>(path);
  await server.admin.put(path, open);
}
