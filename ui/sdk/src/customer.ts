import type { CustomerClient, CustomerOptions } from "./types";

export function createCustomer(options: CustomerOptions): CustomerClient {
  throw new Error(`not yet: ${options.widget}`);
}
