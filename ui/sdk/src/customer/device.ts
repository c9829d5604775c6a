import type { DeviceToken } from "../bodies.js";
import { exclusive } from "../outbox/exclusive.js";
import type { Store } from "../outbox/store.js";
import { Refusal } from "../refusal.js";
import type { Tokens } from "../tokens.js";
import type { Api } from "../types.js";

const DAY_MS = 24 * 60 * 60_000;
const NAME = "device";

/** The device as it is kept in the browser. */
export interface Device extends DeviceToken {
  renewed: number;
}

export interface DeviceHost {
  store: Promise<Store>;
  /** For the lock that tabs share. */
  name: string;
  widget: string;
  /** Without credentials, or with those of the device. */
  api(token?: string): Api;
  /** The device has ended and this one is in its place: what waits goes with it. */
  replaced(was: string, now: string): Promise<void>;
}

/**
 * The token of this device: asked for once, kept in the browser, exchanged once a day. Every exchange
 * ends the token before it, so tabs take turns and look at what is kept before they ask.
 */
export function deviceTokens(host: DeviceHost): Tokens {
  /** The one that this tab used last. */
  let used: string | undefined;

  const exchange = async (store: Store, now: Device | undefined, fresh: boolean) => {
    if (now && !(fresh && now.token === used) && Date.now() - now.renewed < DAY_MS) return now;
    try {
      const answer = now
        ? await host.api(now.token).post<DeviceToken>("/api/v1/devices/renew")
        : await host.api().post<DeviceToken>("/api/v1/devices", { widget: host.widget });
      const next: Device = { ...answer, renewed: Date.now() };
      await store.set(NAME, next);
      return next;
    } catch (error) {
      if (!now || !(error instanceof Refusal)) throw error;
      // The old one is good until it runs out.
      if (error.retry && now.expires > Date.now()) return now;
      if (error.code !== "token_invalid") throw error;
      await store.set(NAME, undefined);
      const next: Device = await exchange(store, undefined, false);
      await host.replaced(now.customer, next.customer);
      return next;
    }
  };

  return {
    renewable: true,
    async token(fresh) {
      const store = await host.store;
      const take = async () => exchange(store, await store.get<Device>(NAME), fresh);
      const device = await exclusive(store, `${host.name}:device`, take);
      used = device.token;
      return device.token;
    },
  };
}

export async function keptDevice(store: Store): Promise<Device | undefined> {
  return store.get<Device>(NAME);
}

export async function forgetDevice(store: Store): Promise<void> {
  await store.set(NAME, undefined);
}
