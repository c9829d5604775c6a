import { Button, Input, NativeSelect, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { DurationInput } from "../parts/DurationInput";
import { useFields } from "../parts/fields";
import { Item } from "../parts/Item";
import { moved, replaced, without } from "../parts/plain";
import { TextsEditor } from "../parts/TextsEditor";
import type { TimeoutRule } from "../types";
import { placeholdersFor } from "./messages";
import type { Part } from "./WorkstreamEditor";

type Action = "say" | "park" | "close";

const ACTIONS: { value: Action; label: string }[] = [
  { value: "say", label: "say something" },
  { value: "park", label: "park the conversation" },
  { value: "close", label: "close the conversation" },
];

const actionOf = (rule: TimeoutRule): Action => (rule.park ? "park" : rule.close ? "close" : "say");

function withAction(rule: TimeoutRule, action: Action): TimeoutRule {
  const { name, silent, after } = rule;
  const base = { name, silent, after };
  if (action === "say") return { ...base, say: rule.say ?? "" };
  return action === "park" ? { ...base, park: true } : { ...base, close: true };
}

export function TimeoutRules({ draft, set }: Part) {
  const field = useFields();
  const rules = draft.timeout_rules ?? [];
  const put = (timeout_rules: TimeoutRule[]) => set({ timeout_rules });
  const whole = field("timeout_rules");
  return (
    <>
      {rules.length === 0 && (
        <Text size="sm" c="dimmed">
          No rules: only the timers above.
        </Text>
      )}
      {rules.map((rule, n) => (
        <Rule
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the list
          key={n}
          index={n}
          count={rules.length}
          rule={rule}
          onChange={(next) => put(replaced(rules, n, next))}
          onMove={(by) => put(moved(rules, n, by))}
          onRemove={() => put(without(rules, n))}
        />
      ))}
      <div data-place="timeout_rules" tabIndex={-1}>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => put([...rules, { name: "", silent: "customer", after: "1d", say: "" }])}
        >
          Add a timeout rule
        </Button>
        {whole.error && <Input.Error mt={8}>{whole.error}</Input.Error>}
      </div>
    </>
  );
}

function Rule(props: {
  rule: TimeoutRule;
  index: number;
  count: number;
  onChange: (rule: TimeoutRule) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}) {
  const { rule, index, onChange } = props;
  const field = useFields();
  const at = `timeout_rules[${index}]`;
  const action = actionOf(rule);
  const own = field(at);
  return (
    <Item
      label={rule.name ? `timeout rule ${rule.name}` : `timeout rule ${index + 1}`}
      title={rule.name || "New timeout rule"}
      index={index}
      count={props.count}
      onMove={props.onMove}
      onRemove={props.onRemove}
      place={at}
    >
      <TextInput
        label="Name"
        description="Stands in the journal when the rule was carried out."
        value={rule.name}
        onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
        {...field(`${at}.name`)}
      />
      <NativeSelect
        label="When this side is silent"
        description={
          rule.silent === "customer"
            ? "Since the agent's last message, until the customer writes."
            : "Since the first message of the customer that no agent has answered, or since the agent took the conversation, if that was later."
        }
        value={rule.silent}
        data={[
          { value: "customer", label: "Customer" },
          { value: "agent", label: "Agent" },
        ]}
        onChange={(event) =>
          onChange({ ...rule, silent: event.currentTarget.value as TimeoutRule["silent"] })
        }
        {...field(`${at}.silent`)}
      />
      <DurationInput
        label="For"
        description="From 1 minute to 365 days."
        units={["min", "h", "d"]}
        value={rule.after}
        onChange={(after) => onChange({ ...rule, after: after ?? "" })}
        {...field(`${at}.after`)}
      />
      <NativeSelect
        label="Then"
        value={action}
        data={ACTIONS}
        onChange={(event) => onChange(withAction(rule, event.currentTarget.value as Action))}
        error={own.error}
      />
      {action === "say" && (
        <TextsEditor
          label="What it says"
          lines={2}
          place={`${at}.say`}
          value={rule.say === "" ? undefined : rule.say}
          placeholders={placeholdersFor(["agent"])}
          onChange={(say) => onChange({ ...rule, say: say ?? "" })}
        />
      )}
    </Item>
  );
}
