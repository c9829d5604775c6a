import {
  ActionIcon,
  Autocomplete,
  MultiSelect,
  NativeSelect,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useConfig } from "../config";
import { widgetOptions, withValue } from "../options";
import type { FieldProps } from "../parts/fields";
import type { Condition, TestName } from "../types";
import { keyOptions, TESTS, testOf, textOf, valuesOf, withKey, withTest } from "./conditions";
import classes from "./Routing.module.css";

/** One condition of a rule: a key, a test, and what it is compared with. */
export function ConditionRow(props: {
  value: Condition;
  onChange: (value: Condition) => void;
  onRemove: () => void;
  /** `Rule prices, condition 1`. */
  label: string;
  field: FieldProps;
}) {
  const { value, onChange, label } = props;
  const { file } = useConfig();
  const test = testOf(value);
  const hours = value.key === "hours" || value.key.startsWith("hours.");
  const groups = keyOptions(file);
  const labels = new Map(
    groups.flatMap((each) => each.items).map((each) => [each.value, each.label]),
  );
  return (
    <div className={classes.condition}>
      <Autocomplete
        className={classes.key}
        aria-label={`${label}: looks at`}
        placeholder="Looks at"
        data={groups.map((each) => ({ group: each.group, items: each.items.map((i) => i.value) }))}
        renderOption={({ option }) => labels.get(option.value) ?? option.value}
        value={value.key}
        onChange={(key) => onChange(withKey(value, key))}
        maxDropdownHeight={280}
        comboboxProps={{ width: 280, position: "bottom-start" }}
        error={!!props.field.error}
        data-place={props.field["data-place"]}
      />
      <NativeSelect
        className={classes.test}
        aria-label={`${label}: test`}
        value={test}
        data={hours ? TESTS.filter((each) => each.value === "any_of") : TESTS}
        onChange={(event) => onChange(withTest(value, event.currentTarget.value as TestName))}
      />
      <div className={classes.value}>
        <Value value={value} test={test} hours={hours} label={label} onChange={onChange} />
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={`Remove ${label}`}
        onClick={props.onRemove}
      >
        <IconX size={16} aria-hidden />
      </ActionIcon>
      {props.field.error && <div className={classes.error}>{props.field.error}</div>}
    </div>
  );
}

function Value(props: {
  value: Condition;
  test: TestName;
  hours: boolean;
  label: string;
  onChange: (value: Condition) => void;
}) {
  const { value, test, onChange } = props;
  const { file } = useConfig();
  const aria = `${props.label}: value`;
  if (props.hours) {
    return (
      <NativeSelect
        aria-label={aria}
        value={valuesOf(value)[0] ?? "open"}
        data={[
          { value: "open", label: "open" },
          { value: "closed", label: "closed" },
        ]}
        onChange={(event) => onChange({ key: value.key, any_of: [event.currentTarget.value] })}
      />
    );
  }
  if (test === "present") {
    return (
      <NativeSelect
        aria-label={aria}
        value={value.present === false ? "no" : "yes"}
        data={[
          { value: "yes", label: "yes" },
          { value: "no", label: "no, or empty" },
        ]}
        onChange={(event) =>
          onChange({ key: value.key, present: event.currentTarget.value === "yes" })
        }
      />
    );
  }
  if (test === "contains" || test === "starts_with") {
    return (
      <TextInput
        aria-label={aria}
        value={textOf(value)}
        onChange={(event) => onChange({ key: value.key, [test]: event.currentTarget.value })}
      />
    );
  }
  if (value.key === "widget") {
    const options = valuesOf(value).reduce(withValue, widgetOptions(file));
    return (
      <MultiSelect
        aria-label={aria}
        data={options}
        value={valuesOf(value)}
        onChange={(values) => onChange({ key: value.key, [test]: values })}
      />
    );
  }
  return (
    <TagsInput
      aria-label={aria}
      placeholder={valuesOf(value).length > 0 ? undefined : "Write, then Enter"}
      value={valuesOf(value)}
      acceptValueOnBlur
      onChange={(values) => onChange({ key: value.key, [test]: values })}
    />
  );
}
