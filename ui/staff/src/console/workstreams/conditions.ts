import type { CompanyFile, Condition, TestName } from "../types";

export const TESTS: { value: TestName; label: string }[] = [
  { value: "any_of", label: "is one of" },
  { value: "none_of", label: "is none of" },
  { value: "contains", label: "contains" },
  { value: "starts_with", label: "starts with" },
  { value: "present", label: "is there" },
];

const NAMES = TESTS.map((each) => each.value);

/** Which test a condition has: exactly one. */
export const testOf = (condition: Condition): TestName =>
  NAMES.find((name) => condition[name] !== undefined) ?? "any_of";

export const valuesOf = (condition: Condition): string[] =>
  condition.any_of ?? condition.none_of ?? [];

export const textOf = (condition: Condition): string =>
  condition.contains ?? condition.starts_with ?? valuesOf(condition)[0] ?? "";

/** The same condition with another test; what was written goes along where it can. */
export function withTest(condition: Condition, test: TestName): Condition {
  const { key } = condition;
  const text = textOf(condition);
  switch (test) {
    case "any_of":
    case "none_of": {
      const values = valuesOf(condition);
      return { key, [test]: values.length > 0 ? values : text ? [text] : [] };
    }
    case "contains":
    case "starts_with":
      return { key, [test]: text };
    case "present":
      return { key, present: condition.present ?? true };
  }
}

/** The same test on another key. A key with few values cannot keep those of another. */
export function withKey(condition: Condition, key: string): Condition {
  if (key === "hours" || key.startsWith("hours.")) {
    const values = valuesOf(condition).filter((each) => each === "open" || each === "closed");
    return { key, any_of: values.length > 0 ? values : ["open"] };
  }
  return { ...condition, key };
}

export interface KeyOption {
  value: string;
  label: string;
}

/** The keys that conditions of this company can look at, by where they come from. */
export function keyOptions(file: CompanyFile): { group: string; items: KeyOption[] }[] {
  const questions = new Set(
    Object.values(file.widgets ?? {}).flatMap((widget) =>
      (widget.pre_chat ?? []).map((question) => question.key),
    ),
  );
  const claims = new Set(
    Object.values(file.authentication ?? {}).flatMap((each) => each.context_claims ?? []),
  );
  const named = (value: string, label: string) => ({ value, label: `${label} (${value})` });
  return [
    {
      group: "Always there",
      items: [
        named("locale", "Language"),
        named("widget", "Widget"),
        named("page_url", "Address of the page"),
        named("hours", "Hours of the rule's queue"),
        ...Object.keys(file.hours ?? {}).map((id) => named(`hours.${id}`, `Hours ${id}`)),
      ],
    },
    {
      group: "Answers before the chat",
      items: [...questions].map((key) => ({ value: key, label: key })),
    },
    {
      group: "From the token",
      items: [...claims].map((claim) => named(`claim.${claim}`, claim)),
    },
  ].filter((each) => each.items.length > 0);
}
