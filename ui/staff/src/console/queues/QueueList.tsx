import { Badge } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { ListPage } from "../parts/ListPage";
import { METHODS } from "./words";

export function QueueList() {
  const { file } = useConfig();
  const rows = Object.entries(file.queues ?? {}).map(([id, queue]) => ({
    id,
    name: queue.name ?? id,
    to: objectPath("queues", id),
    queue,
  }));
  return (
    <ListPage
      title="Queues"
      noun="queue"
      lead="Where conversations wait until somebody has them. A queue has members, hours, and a way out when it gets too long."
      rows={rows}
      newTo="/queues/new"
      icon={<IconUsers size={20} />}
      empty="Make a queue and put agents into it; workstreams send conversations to it."
      columns={[
        {
          label: "Members",
          show: ({ queue }) =>
            queue.members?.length ? queue.members.length : <Badge color="orange">No members</Badge>,
        },
        { label: "Hours", wide: true, show: ({ queue }) => queue.hours ?? "Always open" },
        {
          label: "Chooses",
          wide: true,
          show: ({ queue }) => METHODS[queue.method ?? "highest_capacity"].label,
        },
        { label: "Priority", wide: true, show: ({ queue }) => queue.priority ?? 0 },
      ]}
    />
  );
}
