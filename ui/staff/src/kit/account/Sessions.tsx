import type { Session } from "@linger/sdk";
import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { api } from "../client";
import { Loading, RefusalAlert } from "../errors";
import { formatDateTime } from "../format";

const PROOF: Record<Session["proof"], string> = {
  password: "with the password",
  password_and_code: "with password and code",
  password_and_recovery_code: "with password and recovery code",
  provider: "with the identity provider",
};

/** Where one is signed in, and ending it there. */
export function Sessions() {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [error, setError] = useState<unknown>(null);

  const load = useCallback(async () => {
    setError(null);
    try {
      setSessions((await api.get<{ sessions: Session[] }>("/api/v1/auth/sessions")).sessions);
    } catch (cause) {
      setError(cause);
    }
  }, []);
  useEffect(() => {
    void load();
  }, [load]);

  async function end(session: string) {
    try {
      await api.delete(`/api/v1/auth/sessions/${session}`);
      await load();
    } catch (cause) {
      setError(cause);
    }
  }

  if (!sessions) return error ? <RefusalAlert error={error} onRetry={load} /> : <Loading />;
  return (
    <Stack gap="sm">
      <RefusalAlert error={error} />
      {sessions.map((each) => (
        <Group key={each.session} justify="space-between" wrap="nowrap">
          <div>
            <Group gap="xs">
              <Text size="sm" fw={500}>
                Since {formatDateTime(each.since)}
              </Text>
              {each.current && <Badge>This one</Badge>}
            </Group>
            <Text size="xs" c="dimmed">
              {each.cookie ? "A page" : "A program"}, signed in {PROOF[each.proof]}; last used{" "}
              {formatDateTime(each.used)}
            </Text>
          </div>
          {!each.current && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Sign out the session since ${formatDateTime(each.since)}`}
              onClick={() => void end(each.session)}
            >
              Sign out
            </Button>
          )}
        </Group>
      ))}
    </Stack>
  );
}
