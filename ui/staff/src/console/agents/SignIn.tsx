import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { RefusalAlert, toastDone } from "../../kit";
import { removePassword, removeSecondFactor, renewSecret, setPassword } from "../api";
import { useConfig } from "../config";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { SecretDialog } from "../parts/SecretDialog";
import { AgentSessions } from "./AgentSessions";

type Question = "secret" | "second" | "password-off" | null;

/** How an agent signs in: password, second factor, secret, sessions. */
export function SignIn({ agent }: { agent: string }) {
  const config = useConfig();
  const [password, setPasswordOpen] = useState(false);
  const [question, setQuestion] = useState<Question>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const close = () => setQuestion(null);
  return (
    <Stack gap={0}>
      <Action
        title="Password"
        text="Setting one ends their sessions. They can change it themselves."
      >
        <Button variant="default" onClick={() => setPasswordOpen(true)}>
          Set password
        </Button>
        <Button variant="subtle" color="red" onClick={() => setQuestion("password-off")}>
          Remove
        </Button>
      </Action>
      <Action
        title="Second factor"
        text="Remove it for somebody who has lost their device; they can set up a new one."
      >
        <Button variant="default" onClick={() => setQuestion("second")}>
          Remove second factor
        </Button>
      </Action>
      <Action
        title="Sign-in secret"
        text="For programs that act in their name, and to choose a first password. A new one voids the one before."
      >
        <Button variant="default" onClick={() => setQuestion("secret")}>
          New secret
        </Button>
      </Action>
      <AgentSessions agent={agent} />

      <PasswordDialog agent={agent} opened={password} onClose={() => setPasswordOpen(false)} />
      <ConfirmDialog
        opened={question === "password-off"}
        title={`Remove the password of ${agent}?`}
        action="Remove password"
        onClose={close}
        onConfirm={async () => {
          await removePassword(agent);
          toastDone("The password is removed.");
        }}
      >
        They cannot sign in with a password until there is a new one.
      </ConfirmDialog>
      <ConfirmDialog
        opened={question === "second"}
        title={`Remove the second factor of ${agent}?`}
        action="Remove second factor"
        onClose={close}
        onConfirm={async () => {
          await removeSecondFactor(agent);
          toastDone("The second factor is removed.");
        }}
      >
        They sign in with the password alone until they set up another. Make sure that it is they
        who ask.
      </ConfirmDialog>
      <ConfirmDialog
        opened={question === "secret"}
        title={`Make a new secret for ${agent}?`}
        action="New secret"
        onClose={close}
        onConfirm={async () => {
          const made = await renewSecret(agent);
          setSecret(`${made.agent}:${made.secret}`);
          await config.reload();
        }}
      >
        The secret before is void at once, and whoever is signed in as {agent} is signed out.
      </ConfirmDialog>
      <SecretDialog
        title={`New secret of ${agent}`}
        label="Sign-in secret"
        secret={secret}
        onClose={() => setSecret(null)}
      >
        It is shown this once. Give it to them on a way that nobody else reads.
      </SecretDialog>
    </Stack>
  );
}

function Action(props: { title: string; text: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="md" py="sm" align="center">
      <div style={{ flex: "1 1 240px" }}>
        <Text size="sm" fw={500}>
          {props.title}
        </Text>
        <Text size="sm" c="dimmed">
          {props.text}
        </Text>
      </div>
      <Group gap={8}>{props.children}</Group>
    </Group>
  );
}

function PasswordDialog(props: { agent: string; opened: boolean; onClose: () => void }) {
  const [password, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const close = () => {
    setTyped("");
    setError(null);
    props.onClose();
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await setPassword(props.agent, password);
      toastDone("The password is set.");
      close();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={`Password of ${props.agent}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {/* Not a form: it would be inside the one of the page. */}
      <PasswordInput
        label="New password"
        description="At least 12 characters."
        autoComplete="new-password"
        data-autofocus
        value={password}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") void save();
        }}
        visibilityToggleButtonProps={{ "aria-label": "Show password" }}
      />
      {error !== null && (
        <div style={{ marginTop: 16 }}>
          <RefusalAlert error={error} />
        </div>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button loading={busy} onClick={() => void save()}>
          Set password
        </Button>
      </Group>
    </Modal>
  );
}
