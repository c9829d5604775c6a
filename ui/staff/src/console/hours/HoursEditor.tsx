import { Select, Text } from "@mantine/core";
import { ObjectMenu } from "../parts/DeleteButton";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { IdField, type ObjectEditorProps, useObjectEditor } from "../parts/object";
import { Section } from "../parts/Section";
import { DAYS, type Hours } from "../types";
import { Holidays } from "./Holidays";
import { Week } from "./Week";
import { timeIn, ZONES } from "./zones";

function clean(hours: Hours): Hours {
  const days = DAYS.map((day) => [day, hours[day]?.length ? hours[day] : undefined]);
  const holidays =
    hours.holidays && Object.keys(hours.holidays).length > 0 ? hours.holidays : undefined;
  return { time_zone: hours.time_zone, ...Object.fromEntries(days), holidays };
}

export function HoursEditor(props: ObjectEditorProps<"hours">) {
  const editor = useObjectEditor("hours", props, clean);
  const { draft, set } = editor;
  return (
    <EditorPage
      editor={editor}
      title={props.fresh ? "New hours" : props.id}
      back={{ to: "/hours", label: "Hours" }}
      onReload={props.onReload}
      actions={
        !props.fresh && (
          <ObjectMenu
            kind="hours"
            id={props.id}
            effect="Queues that name these hours, and routing rules that look at them, must name others first."
          />
        )
      }
    >
      <Section
        title="Time zone"
        help="Times are local times of this zone; daylight saving is applied."
      >
        <IdField
          editor={editor}
          description="What queues and routing rules call these hours, such as office."
        />
        <Zone value={draft.time_zone} onChange={(time_zone) => set({ time_zone })} />
      </Section>
      <Section
        wide
        title="Week"
        help="Draw on a day to open it, drag a bar to move it or one of its ends, or type the times. Hours over midnight are two days: until 24:00, and from 00:00 on the next."
      >
        <Week hours={draft} onChange={(patch) => set(patch)} />
      </Section>
      <Section
        title="Holidays"
        help="Days with other hours than their weekday. A day without hours is closed, and customers are told that it is a holiday."
      >
        <Holidays value={draft.holidays ?? {}} onChange={(holidays) => set({ holidays })} />
      </Section>
    </EditorPage>
  );
}

function Zone(props: { value: string; onChange: (value: string) => void }) {
  const field = useFields();
  const options = ZONES.includes(props.value) || !props.value ? ZONES : [props.value, ...ZONES];
  return (
    <div>
      <Select
        label="Time zone"
        data={options}
        value={props.value || null}
        allowDeselect={false}
        searchable
        limit={100}
        nothingFoundMessage="There is no such zone."
        onChange={(zone) => zone && props.onChange(zone)}
        {...field("time_zone")}
      />
      {timeIn(props.value) && (
        <Text size="sm" c="dimmed" mt={4}>
          It is {timeIn(props.value)} there now.
        </Text>
      )}
    </div>
  );
}
