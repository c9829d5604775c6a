import type { Company, Item } from "@linger/sdk";

/** Until when a wrap-up lasts, where the company says how long one may take. */
export function wrapUpUntil(item: Item, company: Company | null): number | null {
  const workstream = company?.workstreams.find((each) => each.id === item.workstream);
  const limit = workstream && "wrap_up_limit_ms" in workstream ? workstream.wrap_up_limit_ms : null;
  return typeof limit === "number" ? item.activity_at + limit : null;
}
