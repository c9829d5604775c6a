import type { Session } from "@linger/sdk";
import { Badge, Button, Group, Text } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { formatDateTime, RefusalAlert, toastDone, toastRefusal } from "../../kit";
import { endSession, endSessions, readSessions } from "../api";

const PROOFS: Record<Session["proof"], string> = {
  password: "password",
  password_and_code: "password and code",
  password_and_recovery_code: "password and recovery code",
  provider: "identity provider",
};

/** Where an agent is signed in, and signing them out. */
export function AgentSessions({ agent }: { agent: string }) {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const load = useCallback(() => {
    setError(null);
    readSessions(agent).then(setSessions, setError);
  }, [agent]);
  useEffect(load, [load]);
  const end = async (name: string, work: () => Promise<void>) => {
    setBusy(name);
    try {
      await work();
      toastDone("Signed out.");
      load();
    } catch (refusal) {
      toastRefusal(refusal, "Not signed out");
    } finally {
      setBusy(null);
    }
  };
  return (
    <div>
      <Group justify="space-between" py="sm">
        <Text size="sm" fw={500}>
          Sessions
        </Text>
        {sessions && sessions.length > 0 && (
          <Button
            variant="default"
            loading={busy === "all"}
            onClick={() => void end("all", () => endSessions(agent))}
          >
            Sign out everywhere
          </Button>
        )}
      </Group>
      <RefusalAlert error={error} onRetry={load} />
      {sessions?.length === 0 && (
        <Text size="sm" c="dimmed">
          Signed in nowhere.
        </Text>
      )}
      {sessions?.map((each) => (
        <Group key={each.session} justify="space-between" py={8} gap={8}>
          <div>
            <Text size="sm">
              {each.cookie ? "Browser" : "Client"} · with {PROOFS[each.proof] ?? each.proof}{" "}
              {each.current && <Badge>This one</Badge>}
            </Text>
            <Text size="xs" c="dimmed">
              Since {formatDateTime(each.since)}, last used {formatDateTime(each.used)}
            </Text>
          </div>
          {!each.current && (
            <Button
              variant="subtle"
              color="red"
              size="compact-sm"
              loading={busy === each.session}
              onClick={() => void end(each.session, () => endSession(agent, each.session))}
            >
              Sign out
            </Button>
          )}
        </Group>
      ))}
    </div>
  );
}
