import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { api } from "../client";
import { asRefusal, RefusalAlert } from "../errors";
import { QrCode } from "./qr";

interface Enrolment {
  key: string;
  uri: string;
}

/** Sets up an authenticator: prove yourself, scan, confirm, keep the recovery codes. */
export function Enrol(props: { lead: string; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [old, setOld] = useState("");
  const [askOld, setAskOld] = useState(false);
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function run(event: FormEvent, work: () => Promise<void>) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (cause) {
      if (asRefusal(cause).code === "second_factor_required") setAskOld(true);
      setError(cause);
    }
    setBusy(false);
  }

  if (codes) return <RecoveryCodes codes={codes} onDone={props.onDone} />;

  if (!enrolment) {
    return (
      <form
        onSubmit={(event) =>
          run(event, async () => {
            setEnrolment(
              await api.post<Enrolment>("/api/v1/auth/totp", {
                password,
                ...(askOld ? { totp: old.replace(/\s/g, "") } : {}),
              }),
            );
          })
        }
      >
        <Stack>
          <Text size="sm">{props.lead}</Text>
          <RefusalAlert error={error} />
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            data-autofocus
            required
            withAsterisk={false}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
          />
          {askOld && (
            <TextInput
              label="Code of the authenticator you have now"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              withAsterisk={false}
              value={old}
              onChange={(e) => setOld(e.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={busy}>
            Continue
          </Button>
        </Stack>
      </form>
    );
  }

  return (
    <form
      onSubmit={(event) =>
        run(event, async () => {
          const answer = await api.post<{ recovery_codes: string[] }>("/api/v1/auth/totp/confirm", {
            totp: code.replace(/\s/g, ""),
          });
          setCodes(answer.recovery_codes);
        })
      }
    >
      <Stack>
        <Text size="sm">Scan this with your authenticator app, or type the key.</Text>
        <Group justify="center">
          <QrCode text={enrolment.uri} label="QR code for the authenticator app" />
        </Group>
        <Code block ta="center">
          {enrolment.key}
        </Code>
        <RefusalAlert error={error} />
        <TextInput
          label="The code it shows now"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          value={code}
          onChange={(e) => setCode(e.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Confirm
        </Button>
      </Stack>
    </form>
  );
}

/** Shown once: nobody can show them again. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" title="Keep these recovery codes">
        <Text size="sm">
          Each signs you in once when the authenticator is not at hand. They are not shown again.
        </Text>
      </Alert>
      <Code block ta="center">
        {codes.join("\n")}
      </Code>
      <Group grow>
        <CopyButton value={codes.join("\n")}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>I have kept them</Button>
      </Group>
    </Stack>
  );
}
