import {
  Alert,
  Badge,
  Button,
  Code,
  Group,
  Modal,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { IconCheck, IconSearch } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { RefusalAlert } from "../../kit";
import { type CustomerInfo, type Erased, eraseCustomer, readCustomer } from "../api";
import { A } from "../parts/A";
import { Page } from "../parts/Page";
import classes from "./Customers.module.css";

/** What is kept of a customer, and erasing it. */
export function CustomersPage() {
  const [id, setId] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [found, setFound] = useState<CustomerInfo | null>(null);
  const [erased, setErased] = useState<(Erased & { underWay: boolean; id: string }) | null>(null);
  const [erasing, setErasing] = useState(false);
  const look = async (event?: FormEvent) => {
    event?.preventDefault();
    if (id.trim() === "") return;
    setBusy(true);
    setError(null);
    setFound(null);
    setErased(null);
    try {
      setFound(await readCustomer(id.trim()));
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title="Customers"
      lead="What is kept of a customer: for a question of theirs, or to erase it. The id is what your system signs as sub; a customer without an account is device: and its id."
    >
      <form onSubmit={(event) => void look(event)} className={classes.form}>
        <TextInput
          label="Customer id"
          required
          withAsterisk={false}
          autoCapitalize="off"
          spellCheck={false}
          flex={1}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          loading={busy}
          leftSection={<IconSearch size={16} aria-hidden />}
        >
          Look up
        </Button>
      </form>
      <RefusalAlert error={error} />
      <div role="status">
        {erased && (
          <Alert
            color="green"
            icon={<IconCheck size={18} aria-hidden />}
            title={erased.underWay ? `${erased.id} is being erased` : `${erased.id} is erased`}
          >
            <Text size="sm">
              {erased.underWay
                ? "It goes on by itself and comes to its end, also over a restart."
                : `Conversations that went: ${erased.conversations ?? 0}. Devices: ${erased.devices ?? 0}. Records of the audit that name the pseudonym now: ${erased.audit_records ?? 0}.`}
            </Text>
            <Text size="sm" mt={4}>
              In the audit stands <Code>{erased.pseudonym}</Code> instead of the id.
            </Text>
          </Alert>
        )}
      </div>
      {found && (
        <section className={classes.found} aria-label={`Customer ${found.customer}`}>
          <Group justify="space-between" align="flex-start" gap={8}>
            <Title order={2} size="h3" className={classes.name}>
              {found.customer}
            </Title>
            {found.erasing && <Badge color="orange">Being erased</Badge>}
          </Group>
          <dl className={classes.facts}>
            <div>
              <dt>Conversations</dt>
              <dd>{found.conversations}</dd>
            </div>
            <div>
              <dt>Devices</dt>
              <dd>{found.devices.length}</dd>
            </div>
            <div>
              <dt>Audit</dt>
              <dd>{found.in_audit ? "names them" : "does not name them"}</dd>
            </div>
          </dl>
          {found.devices.length > 0 && (
            <Text size="xs" c="dimmed" className={classes.name}>
              {found.devices.join(", ")}
            </Text>
          )}
          <Group mt="lg" gap="sm">
            <Button color="red" variant="light" onClick={() => setErasing(true)}>
              Erase…
            </Button>
            <Button component={A} to="/audit" variant="subtle" color="gray">
              Audit log
            </Button>
          </Group>
        </section>
      )}
      <Modal
        opened={erasing && found !== null}
        onClose={() => setErasing(false)}
        title={`Erase ${found?.customer}?`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {found && (
          <Erase
            customer={found.customer}
            onClose={() => setErasing(false)}
            onErased={(answer) => {
              setErasing(false);
              setErased({ ...answer, id: found.customer });
              setFound(null);
            }}
          />
        )}
      </Modal>
    </Page>
  );
}

function Erase(props: {
  customer: string;
  onClose: () => void;
  onErased: (answer: Erased & { underWay: boolean }) => void;
}) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const erase = async (event: FormEvent) => {
    event.preventDefault();
    if (typed !== props.customer) return;
    setBusy(true);
    setError(null);
    try {
      props.onErased(await eraseCustomer(props.customer));
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void erase(event)}>
      <Stack gap={16}>
        <Text size="sm">
          Every conversation of theirs goes, with its messages, notes and tags, and every device. A
          conversation that is under way is closed first. In the audit a pseudonym stands instead of
          the id. Nothing brings them back; copies that were made of the data directory before are
          not reached.
        </Text>
        <TextInput
          label={`Type ${props.customer} to confirm`}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <RefusalAlert error={error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={busy} disabled={typed !== props.customer}>
            Erase for ever
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
