import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useFields } from "../parts/fields";
import { DAYS, type Day, type Hours } from "../types";
import { Spans } from "./Spans";
import { Track } from "./Track";
import classes from "./Week.module.css";
import { readSpans, total, writeSpans } from "./week";

export const DAY_NAMES: Record<Day, string> = {
  monday: "Monday",
  tuesday: "Tuesday",
  wednesday: "Wednesday",
  thursday: "Thursday",
  friday: "Friday",
  saturday: "Saturday",
  sunday: "Sunday",
};

const WORKDAYS = DAYS.slice(0, 5);

/** The hours of a week: drawn and dragged as bars, or typed as times. */
export function Week(props: { hours: Hours; onChange: (patch: Partial<Hours>) => void }) {
  const { hours, onChange } = props;
  const field = useFields();
  const copy = (day: Day, to: readonly Day[]) =>
    onChange(Object.fromEntries(to.map((each) => [each, hours[day] ?? []])));
  return (
    <div className={classes.week}>
      <div className={classes.scale} aria-hidden>
        <div className={classes.ticks}>
          {[0, 3, 6, 9, 12, 15, 18, 21, 24].map((hour) => (
            <span key={hour} style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
              {hour}
            </span>
          ))}
        </div>
      </div>
      {DAYS.map((day) => {
        const spans = readSpans(hours[day]);
        const name = DAY_NAMES[day];
        const { error } = field(day);
        const write = (next: typeof spans) => onChange({ [day]: writeSpans(next) });
        return (
          <fieldset
            key={day}
            className={classes.day}
            aria-label={name}
            data-place={day}
            tabIndex={-1}
          >
            <span className={classes.name}>{name}</span>
            <Track spans={spans} onChange={write} />
            <Menu position="bottom-end" width={220}>
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size={32} aria-label={`Copy ${name}`}>
                  <IconCopy size={16} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>Copy {name} to</Menu.Label>
                <Menu.Item onClick={() => copy(day, WORKDAYS)}>Monday to Friday</Menu.Item>
                <Menu.Item onClick={() => copy(day, DAYS)}>Every day</Menu.Item>
                <Menu.Divider />
                {DAYS.filter((each) => each !== day).map((each) => (
                  <Menu.Item key={each} onClick={() => copy(day, [each])}>
                    {DAY_NAMES[each]}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <Spans day={name} spans={spans} onChange={write} />
            {error && <div className={classes.error}>{error}</div>}
          </fieldset>
        );
      })}
      <Text size="sm" c="dimmed" mt={8} role="status">
        Open {total(DAYS.map((day) => readSpans(hours[day])))} a week
      </Text>
    </div>
  );
}
