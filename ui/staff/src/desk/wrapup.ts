import type { Company, Item } from "@linger/sdk";

/** Until when a wrap-up lasts, where the company says how long one may take. */
export function wrapUpUntil(item: Item, company: Company | null): number | null {
  const limit = company?.workstreams.find((each) => each.id === item.workstream)?.wrap_up;
  const ms =
    typeof limit === "number"
      ? limit
      : ((limit as { limit_ms?: number } | undefined)?.limit_ms ?? null);
  return ms === null ? null : item.activity_at + ms;
}
