import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api } from "../client";
import { RefusalAlert, toastDone } from "../errors";

export function Password({ onDone }: { onDone: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.put("/api/v1/auth/password", { ...(current ? { current } : {}), new: next });
      toastDone("Your other sessions were signed out.", "Password changed");
      onDone();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">A new password signs out all your other sessions.</Text>
        <RefusalAlert error={error} />
        <PasswordInput
          label="Password until now"
          description="Leave it empty if you have none yet."
          autoComplete="current-password"
          data-autofocus
          value={current}
          onChange={(e) => setCurrent(e.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters."
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={12}
          value={next}
          onChange={(e) => setNext(e.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Change password
        </Button>
      </Stack>
    </form>
  );
}
