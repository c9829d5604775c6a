import { Button, Divider, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "../client";
import { RefusalAlert, toastDone } from "../errors";
import { Enrol, RecoveryCodes } from "./Enrol";

/** Adds or replaces the authenticator; new recovery codes; removes it. */
export function SecondFactor({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const [busy, setBusy] = useState<"" | "codes" | "remove">("");
  const [error, setError] = useState<unknown>(null);

  async function run(what: "codes" | "remove") {
    setBusy(what);
    setError(null);
    const proof = { password, totp: totp.replace(/\s/g, "") };
    try {
      if (what === "codes") {
        const answer = await api.post<{ recovery_codes: string[] }>(
          "/api/v1/auth/recovery-codes",
          proof,
        );
        setCodes(answer.recovery_codes);
      } else {
        await api.post("/api/v1/auth/totp/remove", proof);
        toastDone("From now on the password alone signs you in.", "Second factor removed");
        onDone();
      }
    } catch (cause) {
      setError(cause);
    }
    setBusy("");
  }

  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <Stack>
      <Enrol
        lead="A code of an authenticator app at each sign-in, so that a password alone is worth nothing to others. A new one replaces the one before."
        onDone={onDone}
      />
      <Divider label="Already set up" labelPosition="center" />
      <RefusalAlert error={error} />
      <Group grow align="flex-start">
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        <TextInput
          label="Code"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={totp}
          onChange={(e) => setTotp(e.currentTarget.value)}
        />
      </Group>
      <Group grow>
        <Button
          variant="default"
          disabled={!password || !totp}
          loading={busy === "codes"}
          onClick={() => void run("codes")}
        >
          New recovery codes
        </Button>
        <Button
          variant="default"
          c="red"
          disabled={!password || !totp}
          loading={busy === "remove"}
          onClick={() => void run("remove")}
        >
          Remove it
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        New recovery codes replace the old ones.
      </Text>
    </Stack>
  );
}
