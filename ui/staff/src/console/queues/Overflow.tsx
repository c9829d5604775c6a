import { NumberInput, Radio, Select, Stack, Switch } from "@mantine/core";
import type { ReactNode } from "react";
import { useConfig } from "../config";
import { queueOptions, withValue } from "../options";
import { DurationInput } from "../parts/DurationInput";
import { useFields } from "../parts/fields";
import { Item } from "../parts/Item";
import { NARROW } from "../parts/narrow";
import { TextsEditor } from "../parts/TextsEditor";
import type { Overflow, Target } from "../types";

/** The three ways in which a conversation does not wait in a queue. */
export function OverflowFields(props: {
  value: Overflow | undefined;
  queue: string;
  onChange: (value: Overflow) => void;
}) {
  const { value = {}, onChange, queue } = props;
  const field = useFields();
  const waiting = field("overflow.too_many.waiting");
  return (
    <Stack gap={16}>
      <Way
        title="Outside hours"
        help="At the start, if the queue is closed then."
        place="overflow.outside_hours"
        queue={queue}
        value={value.outside_hours}
        onChange={(target) => onChange({ ...value, outside_hours: target })}
      />
      <Way
        title="Too many wait"
        help="At the start, if that many conversations wait here already."
        place="overflow.too_many"
        queue={queue}
        value={value.too_many}
        onChange={(target) =>
          onChange({ ...value, too_many: target && { waiting: 50, ...value.too_many, ...target } })
        }
      >
        <NumberInput
          label="Conversations that wait"
          description="With this many, the next goes elsewhere."
          styles={NARROW}
          min={0}
          allowDecimal={false}
          value={value.too_many?.waiting ?? ""}
          onChange={(n) =>
            value.too_many &&
            onChange({ ...value, too_many: { ...value.too_many, waiting: Number(n) || 0 } })
          }
          {...waiting}
        />
      </Way>
      <Way
        title="Waited too long"
        help="While it waits, counted in the hours of the queue."
        place="overflow.too_long"
        queue={queue}
        value={value.too_long}
        onChange={(target) =>
          onChange({
            ...value,
            too_long: target && { after: "10min", ...value.too_long, ...target },
          })
        }
      >
        <DurationInput
          label="Waits at most"
          units={["s", "min", "h", "d"]}
          value={value.too_long?.after}
          onChange={(after) =>
            value.too_long &&
            onChange({ ...value, too_long: { ...value.too_long, after: after ?? "" } })
          }
          {...field("overflow.too_long.after")}
        />
      </Way>
    </Stack>
  );
}

function Way(props: {
  title: string;
  help: string;
  place: string;
  queue: string;
  value: Target | undefined;
  onChange: (value: Target | undefined) => void;
  children?: ReactNode;
}) {
  const { value, place, title } = props;
  const { file } = useConfig();
  const field = useFields();
  const whole = field(place);
  const ends = value?.end !== undefined;
  const others = queueOptions(file).filter((each) => each.value !== props.queue);
  const choose = (on: boolean) =>
    props.onChange(on ? (others[0] ? { queue: others[0].value } : { end: "" }) : undefined);
  return (
    <Item
      label={title}
      place={place}
      title={
        <Switch
          label={title}
          checked={value !== undefined}
          onChange={(event) => choose(event.currentTarget.checked)}
          description={props.help}
          error={whole.error}
        />
      }
    >
      {value === undefined ? null : (
        <>
          {props.children}
          <Radio.Group
            label="Then it"
            value={ends ? "end" : "queue"}
            onChange={(way) =>
              props.onChange(
                way === "end"
                  ? { queue: undefined, end: "" }
                  : { end: undefined, queue: others[0]?.value },
              )
            }
          >
            <Stack gap={8} mt={8}>
              <Radio value="queue" label="goes to another queue" disabled={others.length === 0} />
              <Radio value="end" label="ends with a message" />
            </Stack>
          </Radio.Group>
          {ends ? (
            <TextsEditor
              label="Message"
              description="What the customer reads. Left empty: the usual message of an end by the system."
              lines={2}
              place={`${place}.end`}
              value={value.end === "" ? undefined : value.end}
              onChange={(end) => props.onChange({ queue: undefined, end: end ?? "" })}
            />
          ) : (
            <Select
              label="Queue"
              data={withValue(others, value.queue)}
              value={value.queue ?? null}
              allowDeselect={false}
              onChange={(queue) => props.onChange({ end: undefined, queue: queue ?? undefined })}
              {...field(`${place}.queue`)}
            />
          )}
        </>
      )}
    </Item>
  );
}
