import { Badge, Group } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useRoute } from "wouter";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { ListPage } from "../parts/ListPage";
import { ObjectRoute } from "../parts/object";
import { idOf } from "../routes";
import type { CompanyFile, Workstream } from "../types";
import { WorkstreamEditor } from "./WorkstreamEditor";

export function WorkstreamRoutes() {
  const [one, params] = useRoute("/workstreams/:id");
  if (!one) return <WorkstreamList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="workstreams"
      id={id === "new" ? undefined : id}
      template={template}
      Editor={WorkstreamEditor}
    />
  );
}

const template = (file: CompanyFile): Workstream => ({
  mode: "persistent",
  keep_same_agent: true,
  default_queue: Object.keys(file.queues ?? {})[0] ?? "",
});

function WorkstreamList() {
  const { file } = useConfig();
  const rows = Object.entries(file.workstreams ?? {}).map(([id, workstream]) => ({
    id,
    name: workstream.name ?? id,
    to: objectPath("workstreams", id),
    workstream,
  }));
  return (
    <ListPage
      title="Workstreams"
      noun="workstream"
      lead="How conversations of one kind are handled: persistent or live, who gets them, how long things take, and what customers are told."
      rows={rows}
      newTo="/workstreams/new"
      icon={<IconRoute size={20} />}
      empty="Make the first one: for chats that stay open for days, persistent; for chats that end when the customer leaves, live."
      columns={[
        {
          label: "Mode",
          show: ({ workstream }) => (
            <Group gap={4}>
              <Badge color={workstream.mode === "persistent" ? "accent" : "gray"}>
                {workstream.mode === "persistent" ? "Persistent" : "Live"}
              </Badge>
              {workstream.enabled === false && <Badge color="orange">Switched off</Badge>}
            </Group>
          ),
        },
        {
          label: "Distribution",
          wide: true,
          show: ({ workstream }) =>
            workstream.distribution === "pick" ? "Agents pick" : "Offered",
        },
        {
          label: "Default queue",
          wide: true,
          show: ({ workstream }) =>
            file.queues[workstream.default_queue]?.name ?? workstream.default_queue,
        },
        {
          label: "Rules",
          wide: true,
          show: ({ workstream }) => workstream.routes?.length ?? 0,
        },
        {
          label: "Widgets",
          show: ({ id }) =>
            Object.entries(file.widgets ?? {})
              .filter(([, widget]) => widget.workstream === id)
              .map(([widget]) => widget)
              .join(", ") || "–",
        },
      ]}
    />
  );
}
