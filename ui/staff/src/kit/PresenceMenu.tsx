import type { Presence } from "@linger/sdk";
import { Button, Menu, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { agentClient } from "./client";
import { toastRefusal } from "./errors";
import { PresenceDot } from "./PresenceDot";
import { useSession } from "./session";
import { useReadable } from "./useReadable";

export const PRESENCES: Record<Presence, { label: string; means: string }> = {
  available: { label: "Available", means: "New conversations are offered to you." },
  busy: { label: "Busy", means: "Nothing new, unless a workstream offers to the busy as well." },
  do_not_disturb: { label: "Do not disturb", means: "Nothing new is offered to you." },
  away: { label: "Away", means: "Not at the desk; returning customers wait for you for a while." },
  offline: {
    label: "Offline",
    means: "As if you were signed out. What you have stays yours for now.",
  },
};

/** The presence of whoever is signed in, and what each means. */
export function PresenceMenu() {
  const { agent } = useSession();
  const client = agentClient(agent);
  const presence = useReadable(client.presence);
  const online = useReadable(client.connection).state === "online";

  async function choose(next: Presence) {
    try {
      await client.request("presence", { presence: next });
    } catch (error) {
      toastRefusal(error, "Your presence is as it was");
    }
  }

  const shown = presence ?? "offline";
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          px={12}
          disabled={!online || presence === null}
          aria-label={`Presence: ${PRESENCES[shown].label}`}
          leftSection={<PresenceDot presence={shown} />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <Text size="sm" component="span" visibleFrom="sm">
            {PRESENCES[shown].label}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={presence} onChange={(next) => void choose(next as Presence)}>
          {(Object.keys(PRESENCES) as Presence[]).map((each) => (
            <Menu.RadioItem
              key={each}
              value={each}
              closeMenuOnClick
              aria-label={PRESENCES[each].label}
              rightSection={<PresenceDot presence={each} />}
            >
              <Text size="sm" fw={500}>
                {PRESENCES[each].label}
              </Text>
              <Text size="xs" c="dimmed">
                {PRESENCES[each].means}
              </Text>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
