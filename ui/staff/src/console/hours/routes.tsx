import { IconClock } from "@tabler/icons-react";
import { useRoute } from "wouter";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { ListPage } from "../parts/ListPage";
import { ObjectRoute } from "../parts/object";
import { idOf } from "../routes";
import { DAYS } from "../types";
import { HoursEditor } from "./HoursEditor";
import { readSpans, total } from "./week";
import { ownZone } from "./zones";

const WORKDAY = ["09:00-17:00"];

export function HoursRoutes() {
  const [one, params] = useRoute("/hours/:id");
  if (!one) return <HoursList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="hours"
      id={id === "new" ? undefined : id}
      template={() => ({
        time_zone: ownZone(),
        ...Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, WORKDAY])),
      })}
      Editor={HoursEditor}
    />
  );
}

function HoursList() {
  const { file } = useConfig();
  const rows = Object.entries(file.hours ?? {}).map(([id, hours]) => ({
    id,
    name: id,
    to: objectPath("hours", id),
    hours,
  }));
  return (
    <ListPage
      title="Hours"
      noun="hours"
      lead="When the team of a queue is there. A queue without hours is always open."
      rows={rows}
      newTo="/hours/new"
      icon={<IconClock size={20} />}
      empty="Say when your team is there, then choose the hours in its queues."
      columns={[
        { label: "Time zone", show: ({ hours }) => hours.time_zone },
        {
          label: "Open",
          wide: true,
          show: ({ hours }) => `${total(DAYS.map((day) => readSpans(hours[day])))} a week`,
        },
        {
          label: "Holidays",
          wide: true,
          show: ({ hours }) => Object.keys(hours.holidays ?? {}).length,
        },
        {
          label: "Queues",
          show: ({ id }) =>
            Object.entries(file.queues ?? {})
              .filter(([, queue]) => queue.hours === id)
              .map(([queue, { name }]) => name ?? queue)
              .join(", ") || "–",
        },
      ]}
    />
  );
}
