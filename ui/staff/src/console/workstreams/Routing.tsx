import { Button, Input, Select, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useConfig } from "../config";
import { queueOptions, withValue } from "../options";
import { useFields, useProblems } from "../parts/fields";
import { Item } from "../parts/Item";
import { moved, replaced, without } from "../parts/plain";
import { problemsAt } from "../parts/problems";
import type { Route } from "../types";
import { ConditionRow } from "./ConditionRow";
import classes from "./Routing.module.css";
import type { Part } from "./WorkstreamEditor";

export function Routing({ draft, set }: Part) {
  const { file } = useConfig();
  const field = useFields();
  const rules = draft.routes ?? [];
  const put = (routes: Route[]) => set({ routes });
  const add = () =>
    put([
      ...rules,
      {
        name: "",
        queue: Object.keys(file.queues ?? {})[0] ?? "",
        when: [{ key: "", any_of: [] }],
      },
    ]);
  const whole = field("routes");
  return (
    <>
      {rules.length === 0 && (
        <Text size="sm" c="dimmed">
          No rules: everything goes to the default queue.
        </Text>
      )}
      {rules.map((rule, n) => (
        <Rule
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the order
          key={n}
          index={n}
          count={rules.length}
          rule={rule}
          onChange={(next) => put(replaced(rules, n, next))}
          onMove={(by) => put(moved(rules, n, by))}
          onRemove={() => put(without(rules, n))}
        />
      ))}
      <div data-place="routes" tabIndex={-1}>
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          Add a rule
        </Button>
        {whole.error && <Input.Error mt={8}>{whole.error}</Input.Error>}
      </div>
    </>
  );
}

function Rule(props: {
  rule: Route;
  index: number;
  count: number;
  onChange: (rule: Route) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}) {
  const { rule, index, onChange } = props;
  const { file } = useConfig();
  const field = useFields();
  const problems = useProblems();
  const at = `routes[${index}]`;
  const label = rule.name ? `rule ${rule.name}` : `rule ${index + 1}`;
  const when = rule.when ?? [];
  // The server names the condition of some, and of others only the rule.
  const shared = problemsAt(problems, `${at}.when`);
  const own = problemsAt(problems, at);
  return (
    <Item
      label={label}
      title={`${index + 1}. ${rule.name || "New rule"}`}
      index={index}
      count={props.count}
      onMove={props.onMove}
      onRemove={props.onRemove}
      place={at}
    >
      <TextInput
        label="Name"
        description="Shown where it is explained why a conversation went where it went."
        value={rule.name}
        onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
        {...field(`${at}.name`)}
      />
      <div className={classes.conditions}>
        <Text size="sm" fw={500}>
          {when.length === 0 ? "Always" : "When all of these hold"}
        </Text>
        {when.map((condition, n) => (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition is its place in the rule
            key={n}
            label={`${label}, condition ${n + 1}`}
            value={condition}
            field={field(`${at}.when[${n}]`, true)}
            onChange={(next) => onChange({ ...rule, when: replaced(when, n, next) })}
            onRemove={() => onChange({ ...rule, when: without(when, n) })}
          />
        ))}
        <div data-place={`${at}.when`} tabIndex={-1}>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={`Add a condition to ${label}`}
            onClick={() => onChange({ ...rule, when: [...when, { key: "", any_of: [] }] })}
          >
            Condition
          </Button>
          {[...shared, ...own].map((text) => (
            <Input.Error key={text} mt={4}>
              {text}
            </Input.Error>
          ))}
        </div>
      </div>
      <Select
        label="Then the conversation goes to"
        data={withValue(queueOptions(file), rule.queue)}
        value={rule.queue || null}
        allowDeselect={false}
        onChange={(queue) => queue && onChange({ ...rule, queue })}
        {...field(`${at}.queue`)}
      />
    </Item>
  );
}
