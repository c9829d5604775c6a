/** What an API key may reach. */
export const SCOPES: Record<string, { label: string; help: string }> = {
  "conversations:read": {
    label: "Read conversations",
    help: "Conversations, lists, counts, the floor, quick replies, and sockets that only read.",
  },
  "conversations:write": {
    label: "Work in conversations",
    help: "Whatever changes conversations and the own presence.",
  },
  "config:read": {
    label: "Read the configuration",
    help: "Everything in this console but people's secrets.",
  },
  "config:write": {
    label: "Change the configuration",
    help: "Roles and secrets too: as much as an admin.",
  },
  "audit:read": { label: "Read the audit", help: "The log and its export." },
};
