import type { CompanyFile } from "../types";

export interface Check {
  id: string;
  done: boolean;
  /** What is to be done, or was. */
  text: string;
  /** Why, where it is not done. */
  why?: string;
  /** Where it is done. */
  to: string;
}

const path = (kind: string, id: string) => `/${kind}/${encodeURIComponent(id)}`;
const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
const name = (id: string, object: { name?: string } | undefined) => object?.name ?? id;

/** What a company needs for its first conversation, and what it has of it. */
export function checklist(file: CompanyFile): Check[] {
  const agents = Object.entries(file.agents ?? {}).filter(([, agent]) => agent.enabled !== false);
  const queues = Object.entries(file.queues ?? {});
  const workstreams = Object.entries(file.workstreams ?? {});
  const widgets = Object.entries(file.widgets ?? {});
  const settings = Object.keys(file.authentication ?? {});
  const checks: Check[] = [
    {
      id: "agents",
      done: agents.length > 0,
      text: agents.length > 0 ? `${count(agents.length, "agent")} can sign in` : "Add agents",
      why: "Somebody has to answer customers.",
      to: "/agents",
    },
    {
      id: "queues",
      done: queues.length > 0,
      text: queues.length > 0 ? count(queues.length, "queue") : "Make a queue",
      why: "Conversations wait in queues until somebody has them.",
      to: "/queues",
    },
    {
      id: "workstreams",
      done: workstreams.some(([, workstream]) => workstream.enabled !== false),
      text:
        workstreams.length > 0
          ? count(workstreams.length, "workstream")
          : "Make a workstream, persistent or live",
      why: "It says how conversations are handled; one at least takes new ones.",
      to: "/workstreams",
    },
    {
      id: "hours",
      done: queues.some(([, queue]) => queue.hours !== undefined),
      text: queues.some(([, queue]) => queue.hours !== undefined)
        ? "Queues have hours"
        : "Say when your team is there",
      why: "Without hours every queue is always open.",
      to: Object.keys(file.hours ?? {}).length > 0 ? "/queues" : "/hours",
    },
  ];
  const known = new Set(agents.map(([id]) => id));
  for (const [id, queue] of queues) {
    if (queue.members?.some((member) => known.has(member))) continue;
    checks.push({
      id: `members ${id}`,
      done: false,
      text: `Put agents into the queue ${name(id, queue)}`,
      why: "Nobody is offered what waits in it.",
      to: path("queues", id),
    });
  }
  if (queues.length > 0 && !checks.some((each) => each.id.startsWith("members "))) {
    checks.push({ id: "members", done: true, text: "Every queue has agents", to: "/queues" });
  }
  if (widgets.length === 0) {
    checks.push({
      id: "widgets",
      done: false,
      text: "Make a widget for your page",
      why: "It is where customers start. Its snippet goes into your page.",
      to: "/widgets",
    });
  }
  for (const [id, widget] of widgets) {
    const names = [widget.authentication ?? []].flat();
    const device = file.workstreams[widget.workstream]?.device_identity ?? false;
    const known = names.length > 0 || device || settings.length > 0;
    checks.push({
      id: `identity ${id}`,
      done: known,
      text: known
        ? `The widget ${id} knows its customers`
        : `Say how customers of the widget ${id} are known`,
      why: "By tokens that your system signs, or by their device.",
      to: known || settings.length > 0 ? path("widgets", id) : "/authentication",
    });
    if (!widget.allowed_origins?.length) {
      checks.push({
        id: `origins ${id}`,
        done: false,
        text: `List the pages that may show the widget ${id}`,
        why: "Without allowed origins any page may.",
        to: path("widgets", id),
      });
    }
  }
  if (widgets.length > 0) {
    checks.push({
      id: "snippet",
      done: true,
      text: "Snippets are at the widgets, to paste into your pages",
      to: "/widgets",
    });
  }
  return checks;
}
