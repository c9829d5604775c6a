import { Badge, Group } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import { useRoute } from "wouter";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { ListPage } from "../parts/ListPage";
import { ObjectRoute } from "../parts/object";
import { idOf } from "../routes";
import type { Agent, CompanyFile, Role } from "../types";
import { AgentEditor } from "./AgentEditor";

const ROLES: Record<Role, string> = { agent: "Agent", supervisor: "Supervisor", admin: "Admin" };

/** The queues that somebody is in; the file names members at the queues. */
export const queuesOf = (file: CompanyFile, agent: string): string[] =>
  Object.entries(file.queues ?? {})
    .filter(([, queue]) => queue.members?.includes(agent))
    .map(([id]) => id);

export function AgentRoutes() {
  const [one, params] = useRoute("/agents/:id");
  if (!one) return <AgentList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="agents"
      id={id === "new" ? undefined : id}
      template={(): Agent => ({ capacity: 4, role: "agent", enabled: true, queues: [] })}
      read={(file, agent, object) => ({ ...object, queues: queuesOf(file, agent) })}
      Editor={AgentEditor}
    />
  );
}

function AgentList() {
  const { file } = useConfig();
  const rows = Object.entries(file.agents ?? {}).map(([id, agent]) => ({
    id,
    name: agent.name ?? agent.display_name ?? id,
    to: objectPath("agents", id),
    agent,
  }));
  return (
    <ListPage
      title="Agents"
      noun="agent"
      lead="The people of the company: what they may do, how much they take at once, and how they sign in."
      rows={rows}
      newTo="/agents/new"
      icon={<IconUser size={20} />}
      empty="Add the people who answer customers."
      columns={[
        {
          label: "Role",
          show: ({ agent }) => (
            <Group gap={4}>
              <Badge color={agent.role === "agent" || !agent.role ? "gray" : "accent"}>
                {ROLES[agent.role ?? "agent"]}
              </Badge>
              {agent.enabled === false && <Badge color="orange">Disabled</Badge>}
            </Group>
          ),
        },
        { label: "Capacity", wide: true, show: ({ agent }) => agent.capacity },
        {
          label: "Queues",
          wide: true,
          show: ({ id }) =>
            queuesOf(file, id)
              .map((queue) => file.queues[queue]?.name ?? queue)
              .join(", ") || "–",
        },
      ]}
    />
  );
}
