import { createApi } from "../api.js";
import type { CustomerClient, CustomerOptions } from "../types.js";
import { Customer } from "./customer.js";
import { linkDevice } from "./linking.js";

/** A customer's client: one widget, the conversation that goes on, and the earlier ones. */
export function createCustomer(options: CustomerOptions): CustomerClient {
  const server = (options.server ?? "").replace(/\/+$/, "");
  const customer = new Customer(options, server, (token) =>
    createApi({ server, getToken: token === undefined ? undefined : async () => token }),
  );
  return {
    connection: customer.connection,
    ready: customer.known,
    customer: customer.customer,
    widget: customer.widget.value,
    threads: customer.threads.views,
    earlierThreads: customer.threads.earlier,
    current: customer.current,
    unread: customer.unread,
    outbox: customer.outbox.storage,
    place: customer.places.value,
    start: (context, text) => customer.start(context, text || undefined),
    send: (text) => customer.send(text),
    open: (id) => {
      const view = customer.threads.views.get().find((v) => v.id === id);
      return customer.cores.open(id, view);
    },
    loadEarlierThreads: () => customer.threads.loadEarlier(customer.link),
    end: () => customer.end(),
    linkDevice: () => linkDevice(customer, createApi({ server, getToken: options.getToken })),
    close: () => customer.close(),
  };
}
