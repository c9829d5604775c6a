import { Tooltip } from "@mantine/core";
import { useReadable } from "../kit";
import classes from "./desk.module.css";
import { useDesk } from "./model";

/** How many units one has, and how many are taken. */
export function Capacity() {
  const desk = useDesk();
  const asked = useReadable(desk.client.me);
  const me = useReadable(desk.feed.self) ?? asked;
  if (!me) return null;
  const { load, capacity } = me;
  const shown = Math.min(Math.max(capacity, load), 12);
  const text = `${load} of ${capacity} units of capacity taken`;
  return (
    <Tooltip
      label={`${text}. Each conversation holds units from its offer until it is parked, released or ended.`}
      multiline
      w={260}
    >
      <span className={classes.capacity}>
        <span className={classes.units} aria-hidden>
          {Array.from({ length: shown }, (_, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: they are equal but for their place
              key={index}
              className={classes.unit}
              data-full={index < load || undefined}
              data-over={(index >= capacity && index < load) || undefined}
            />
          ))}
        </span>
        <span aria-hidden>
          {load}/{capacity}
        </span>
        <span className="visually-hidden">{text}</span>
      </span>
    </Tooltip>
  );
}
