import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { RefusalAlert, useSession } from "../../kit";
import { type ApiKey, makeKey } from "../api";
import { useConfig } from "../config";
import { agentOptions } from "../options";
import { SCOPES } from "./scopes";

export function NewKey(props: {
  opened: boolean;
  onClose: () => void;
  onMade: (key: ApiKey) => void;
}) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="New API key"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {props.opened && <Form onClose={props.onClose} onMade={props.onMade} />}
    </Modal>
  );
}

function Form(props: { onClose: () => void; onMade: (key: ApiKey) => void }) {
  const session = useSession();
  const { file } = useConfig();
  const [name, setName] = useState("");
  const [agent, setAgent] = useState(session.agent);
  const [scopes, setScopes] = useState<string[]>([]);
  const [until, setUntil] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      // The day that was chosen is still good.
      const end = until ? new Date(`${until}T23:59:59`).getTime() : undefined;
      props.onMade(await makeKey({ agent, name: name.trim(), scopes, expires_at: end }));
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap={16}>
        <TextInput
          label="Name"
          description="What the key is for, such as the export to the warehouse."
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="In the name of"
          description="It never reaches further than their role."
          data={agentOptions(file)}
          value={agent}
          allowDeselect={false}
          searchable
          onChange={(next) => next && setAgent(next)}
        />
        <Checkbox.Group label="Scopes" value={scopes} onChange={setScopes}>
          <Stack gap={12} mt={8}>
            {Object.entries(SCOPES).map(([scope, words]) => (
              <Checkbox
                key={scope}
                value={scope}
                label={`${words.label} (${scope})`}
                description={words.help}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          type="date"
          label="Ends after"
          description="Empty: when it is revoked."
          w={200}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <RefusalAlert error={error} />
      </Stack>
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={props.onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Make key
        </Button>
      </Group>
    </form>
  );
}
