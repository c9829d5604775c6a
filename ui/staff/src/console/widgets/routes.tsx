import { Badge, Group } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import { useRoute } from "wouter";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { ListPage } from "../parts/ListPage";
import { ObjectRoute } from "../parts/object";
import { idOf } from "../routes";
import type { CompanyFile, Widget } from "../types";
import { WidgetEditor } from "./WidgetEditor";

export function WidgetRoutes() {
  const [one, params] = useRoute("/widgets/:id");
  if (!one) return <WidgetList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="widgets"
      id={id === "new" ? undefined : id}
      template={template}
      Editor={WidgetEditor}
    />
  );
}

function template(file: CompanyFile): Widget {
  const settings = Object.keys(file.authentication ?? {});
  return {
    workstream: Object.keys(file.workstreams ?? {})[0] ?? "",
    authentication: settings.length === 1 ? settings[0] : undefined,
    look: { position: "end" },
  };
}

function WidgetList() {
  const { file } = useConfig();
  const rows = Object.entries(file.widgets ?? {}).map(([id, widget]) => ({
    id,
    name: id,
    to: objectPath("widgets", id),
    widget,
  }));
  return (
    <ListPage
      title="Widgets"
      noun="widget"
      lead="Where customers start: the chat on a page of yours, how it looks, and how its customers are known."
      rows={rows}
      newTo="/widgets/new"
      icon={<IconMessages size={20} />}
      empty="Make a widget for your page, then paste its snippet there."
      columns={[
        {
          label: "Workstream",
          show: ({ widget }) => (
            <Group gap={4}>
              {file.workstreams[widget.workstream]?.name ?? widget.workstream}
              {widget.enabled === false && <Badge color="orange">Switched off</Badge>}
            </Group>
          ),
        },
        {
          label: "Origins",
          wide: true,
          show: ({ widget }) =>
            widget.allowed_origins?.length ? (
              widget.allowed_origins.join(", ")
            ) : (
              <Badge color="orange">Any page</Badge>
            ),
        },
        {
          label: "Customers",
          wide: true,
          show: ({ widget }) => {
            const names = [widget.authentication ?? []].flat();
            const device = file.workstreams[widget.workstream]?.device_identity;
            return (
              [...(names.length > 0 ? names : []), ...(device ? ["by device"] : [])].join(", ") ||
              "any setting"
            );
          },
        },
        {
          label: "Questions",
          wide: true,
          show: ({ widget }) => widget.pre_chat?.length ?? 0,
        },
      ]}
    />
  );
}
