import { Refusal } from "@linger/sdk";
import {
  Alert,
  Button,
  Divider,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { api } from "./client";
import { asRefusal, RefusalAlert } from "./errors";
import { Mark } from "./Mark";
import classes from "./SignIn.module.css";
import { signIn } from "./session";

export function SignInFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.screen}>
      <div className={classes.card}>
        <Group gap="xs" mb="lg">
          <Mark />
          <Text fw={600}>linger</Text>
        </Group>
        <Title order={1} size="h2" mb="md">
          {title}
        </Title>
        {children}
      </div>
    </main>
  );
}

type Step = "password" | "code" | "recovery";

/** Name and password, then a code where there is a second factor; or the identity provider. */
export function SignIn({ reason }: { reason?: Refusal }) {
  const [step, setStep] = useState<Step>("password");
  const [agent, setAgent] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = "Sign in · linger";
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step has a field of its own
  useEffect(() => {
    field.current?.focus();
  }, [step]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn({
        agent: agent.trim(),
        password,
        ...(step === "code" ? { totp: code.replace(/\s/g, "") } : {}),
        ...(step === "recovery" ? { recovery_code: code.trim() } : {}),
      });
    } catch (cause) {
      if (asRefusal(cause).code === "second_factor_required" && step === "password")
        setStep("code");
      else setError(cause);
      setCode("");
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  }

  function back() {
    setStep("password");
    setCode("");
    setError(null);
  }

  return (
    <SignInFrame title={step === "password" ? "Sign in" : "Second factor"}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {reason && !error && step === "password" && (
            <Alert color="gray" title="You were signed out">
              <Text size="sm">{reason.message}</Text>
            </Alert>
          )}
          <RefusalAlert error={error} />
          {step === "password" && (
            <>
              <TextInput
                ref={field}
                label="Name"
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
                withAsterisk={false}
                value={agent}
                onChange={(e) => setAgent(e.currentTarget.value)}
              />
              <PasswordInput
                label="Password"
                name="password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
                visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
              />
            </>
          )}
          {step === "code" && (
            <TextInput
              ref={field}
              label="Code of your authenticator"
              description="Six digits; a new code every 30 seconds."
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              withAsterisk={false}
              value={code}
              onChange={(e) => setCode(e.currentTarget.value)}
            />
          )}
          {step === "recovery" && (
            <TextInput
              ref={field}
              label="Recovery code"
              description="Each one is good once."
              autoComplete="off"
              spellCheck={false}
              required
              withAsterisk={false}
              value={code}
              onChange={(e) => setCode(e.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={busy} fullWidth>
            Sign in
          </Button>
          {step !== "password" && (
            <Group justify="space-between">
              <Button variant="subtle" size="compact-sm" onClick={back}>
                Back
              </Button>
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() => setStep(step === "code" ? "recovery" : "code")}
              >
                {step === "code" ? "Use a recovery code" : "Use the authenticator"}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
      {step === "password" && <SingleSignOn onError={setError} />}
    </SignInFrame>
  );
}

/** The identity provider, where the company has one. */
function SingleSignOn({ onError }: { onError: (error: unknown) => void }) {
  const [offered, setOffered] = useState(false);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    api
      .get<{ provider?: boolean }>("/api/v1/auth/methods")
      .then((methods) => setOffered(methods.provider === true))
      // A password is always possible.
      .catch(() => {});
  }, []);

  async function begin() {
    setBusy(true);
    onError(null);
    const address = "/api/v1/auth/provider";
    try {
      // Asked first, so that a refusal is shown here and not as a page of JSON.
      const answer = await fetch(address, { redirect: "manual", credentials: "same-origin" });
      if (answer.type === "opaqueredirect" || answer.ok) {
        location.assign(address);
        return;
      }
      const body = await answer.json();
      onError(new Refusal(body.error));
    } catch {
      onError(
        new Refusal({
          code: "unreachable",
          message: "The server cannot be reached; check the connection.",
          retry: true,
          help: "/docs/errors",
        }),
      );
    }
    setBusy(false);
  }

  if (!offered) return null;
  return (
    <>
      <Divider my="lg" label="or" labelPosition="center" />
      <Button variant="default" fullWidth loading={busy} onClick={begin}>
        Sign in with your identity provider
      </Button>
    </>
  );
}
