import { Group, Input, NativeSelect, NumberInput } from "@mantine/core";
import { type ReactNode, useEffect, useId, useState } from "react";
import { splitDuration, UNIT_NAMES, type Unit } from "./durations";

/** A length as a number and a unit. An emptied number leaves the setting out: the default holds. */
export function DurationInput(props: {
  label: string;
  description?: ReactNode;
  error?: ReactNode;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  units?: readonly Unit[];
  placeholder?: string;
  disabled?: boolean;
  "data-place"?: string;
}) {
  const { value, units = ["s", "min", "h", "d"] } = props;
  const id = useId();
  const split = value === undefined ? null : splitDuration(value, units);
  const [unit, setUnit] = useState<Unit>(split?.unit ?? units[0] ?? "min");
  // A value from elsewhere brings its own unit; an emptied field keeps the one that was chosen.
  useEffect(() => {
    if (split) setUnit((now) => (value === `${split.n}${split.unit}` ? split.unit : now));
  }, [value, split?.n, split?.unit, split]);
  const shownUnit = split?.unit ?? unit;
  const offered = units.includes(shownUnit) ? units : [...units, shownUnit];
  const write = (n: number | string, next: Unit) => {
    setUnit(next);
    props.onChange(n === "" ? undefined : `${Math.round(Number(n))}${next}`);
  };
  return (
    <Input.Wrapper
      id={id}
      label={props.label}
      description={props.description}
      error={props.error}
      labelProps={{ htmlFor: id }}
    >
      <Group gap={8} mt={4} wrap="nowrap">
        <NumberInput
          id={id}
          w={96}
          min={0}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={split ? split.n : ""}
          onChange={(n) => write(n, shownUnit)}
          placeholder={props.placeholder}
          disabled={props.disabled}
          error={!!props.error}
          data-place={props["data-place"]}
        />
        <NativeSelect
          aria-label={`Unit of ${props.label}`}
          w={124}
          value={shownUnit}
          onChange={(event) => write(split ? split.n : "", event.currentTarget.value as Unit)}
          disabled={props.disabled}
          data={offered.map((each) => ({ value: each, label: UNIT_NAMES[each] }))}
        />
      </Group>
    </Input.Wrapper>
  );
}
