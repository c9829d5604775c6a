import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useFields } from "../parts/fields";
import { Spans } from "./Spans";
import classes from "./Week.module.css";
import { readSpans, writeSpans } from "./week";

const says = (date: string) => {
  const at = new Date(`${date}T12:00:00Z`);
  return Number.isNaN(at.getTime())
    ? date
    : new Intl.DateTimeFormat(undefined, {
        weekday: "short",
        day: "numeric",
        month: "long",
        year: "numeric",
        timeZone: "UTC",
      }).format(at);
};

/** Days with other hours than their weekday. */
export function Holidays(props: {
  value: Record<string, string[]>;
  onChange: (value: Record<string, string[]>) => void;
}) {
  const { value, onChange } = props;
  const [date, setDate] = useState("");
  const field = useFields();
  const { error } = field("holidays");
  const add = () => {
    if (date && !(date in value)) onChange({ ...value, [date]: [] });
    setDate("");
  };
  return (
    <div data-place="holidays" tabIndex={-1}>
      {Object.keys(value)
        .sort()
        .map((day) => {
          const place = field(`holidays.${day}`);
          return (
            <div
              key={day}
              className={classes.holiday}
              data-place={place["data-place"]}
              tabIndex={-1}
            >
              <Text fw={500} mt={4}>
                {says(day)}
              </Text>
              <div>
                <Spans
                  day={says(day)}
                  spans={readSpans(value[day])}
                  onChange={(spans) => onChange({ ...value, [day]: writeSpans(spans) })}
                />
                {place.error && <div className={classes.error}>{place.error}</div>}
              </div>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={32}
                aria-label={`Remove ${says(day)}`}
                onClick={() => {
                  const { [day]: _gone, ...rest } = value;
                  onChange(rest);
                }}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </div>
          );
        })}
      {Object.keys(value).length === 0 && (
        <Text size="sm" c="dimmed">
          No days with other hours.
        </Text>
      )}
      <Group align="flex-end" gap={8} mt="md">
        <TextInput
          type="date"
          label="Add a day"
          w={180}
          value={date}
          onChange={(event) => setDate(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              add();
            }
          }}
        />
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={date === "" || date in value}
          onClick={add}
        >
          Add
        </Button>
      </Group>
      {error && <div className={classes.error}>{error}</div>}
    </div>
  );
}
