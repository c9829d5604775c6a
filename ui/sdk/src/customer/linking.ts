import type { LinkedDevice } from "../bodies.js";
import { Refusal } from "../refusal.js";
import type { Api } from "../types.js";
import type { Customer } from "./customer.js";
import { forgetDevice, keptDevice } from "./device.js";

const AGAIN_MS = 1_000;
const TRIES = 60;

/**
 * What was written on this device before its customer signed in becomes theirs. The same link again
 * has the same answer, so it is asked for until it is done.
 */
export async function linkDevice(customer: Customer, api: Api): Promise<void> {
  const store = await customer.outbox.opened;
  const device = await keptDevice(store);
  if (!device) return;
  for (let tries = 1; ; tries += 1) {
    try {
      const body = { device_token: device.token };
      const linked = await api.post<LinkedDevice>("/api/v1/devices/link", body);
      if (linked.conversations === undefined && tries < TRIES) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      await forgetDevice(store);
      await customer.outbox.handOver(device.customer, linked.customer);
      customer.reload();
      return;
    } catch (error) {
      if (!(error instanceof Refusal) || !error.retry || tries >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? AGAIN_MS));
    }
  }
}
