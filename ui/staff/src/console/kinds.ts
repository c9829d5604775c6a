/** What kinds of objects are called, one of them. */
export const KIND_NAMES: Record<string, string> = {
  workstreams: "Workstream",
  queues: "Queue",
  hours: "Hours",
  agents: "Agent",
  widgets: "Widget",
  authentication: "Authentication",
  quick_replies: "Quick reply",
  company: "Company",
  masking: "Masking",
};

/** Where the objects of a kind are in the console. */
export const KIND_PATHS = {
  workstreams: "/workstreams",
  queues: "/queues",
  hours: "/hours",
  agents: "/agents",
  widgets: "/widgets",
  authentication: "/authentication",
  quick_replies: "/quick-replies",
} as const;

export const objectPath = (kind: keyof typeof KIND_PATHS, id: string) =>
  `${KIND_PATHS[kind]}/${encodeURIComponent(id)}`;
