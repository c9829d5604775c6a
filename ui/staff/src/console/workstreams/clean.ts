import { list, object, text } from "../parts/clean";
import type { Workstream } from "../types";

/** What is sent of a draft. */
export function clean(draft: Workstream): Workstream {
  const messages = Object.entries(draft.messages ?? {}).filter(([, said]) => said !== undefined);
  return {
    ...draft,
    name: text(draft.name),
    locale: text(draft.locale),
    timers: object(draft.timers),
    stickiness: draft.keep_same_agent ? object(draft.stickiness) : undefined,
    messages: messages.length > 0 ? Object.fromEntries(messages) : undefined,
    routes: list(draft.routes)?.map((rule) => ({ ...rule, when: list(rule.when) })),
    timeout_rules: list(draft.timeout_rules),
  };
}
