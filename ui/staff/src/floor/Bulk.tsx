import type { BulkReport } from "@linger/sdk";
import { Alert, Button, Group, List, Modal, Select, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { nameOf } from "../desk/lists";
import { loadNames, names } from "../desk/names";
import { api, PRESENCES, RefusalAlert, toastDone, useReadable } from "../kit";
import classes from "./floor.module.css";
import { useFloor } from "./model";

type Action = "assign" | "transfer_to_agent" | "transfer_to_queue" | "force_close";

const ACTIONS: Record<Action, { label: string; title: string; says: string; done: string }> = {
  assign: {
    label: "Assign",
    title: "Assign to an agent",
    says: "The agent has them at once, without being asked. Above their capacity it counts as an override, and is recorded with your name.",
    done: "assigned",
  },
  transfer_to_agent: {
    label: "Offer to agent",
    title: "Offer to an agent",
    says: "The agent is asked. Whoever has them now keeps them until then.",
    done: "offered",
  },
  transfer_to_queue: {
    label: "Move to queue",
    title: "Move to a queue",
    says: "They are offered to whoever is free there. Whoever has them now has them no longer.",
    done: "moved",
  },
  force_close: {
    label: "Force close",
    title: "Force close",
    says: "They are over for the customer at once. Their history stays; what the customer writes next begins a new conversation. It is recorded with your name.",
    done: "closed",
  },
};

/** What is done to everything that is chosen, at once. */
export function Bulk({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const [action, setAction] = useState<Action | null>(null);
  return (
    <Group gap={8} className={classes.bulk} role="toolbar" aria-label="What is chosen">
      <Text size="sm" fw={600}>
        {ids.length} chosen
      </Text>
      {(Object.keys(ACTIONS) as Action[]).map((each) => (
        <Button
          key={each}
          size="compact-sm"
          variant="default"
          c={each === "force_close" ? "red" : undefined}
          onClick={() => setAction(each)}
        >
          {ACTIONS[each].label}
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" onClick={onDone}>
        Choose none
      </Button>
      {action && (
        <Dialog
          key={action}
          action={action}
          ids={ids}
          onClose={() => setAction(null)}
          onDone={() => {
            setAction(null);
            onDone();
          }}
        />
      )}
    </Group>
  );
}

function Dialog(props: { action: Action; ids: string[]; onClose: () => void; onDone: () => void }) {
  const { action } = props;
  const { company } = useReadable(names);
  const [ids] = useState(props.ids);
  const [target, setTarget] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [report, setReport] = useState<BulkReport | null>(null);
  const words = ACTIONS[action];
  useEffect(() => {
    void loadNames();
  }, []);
  const data =
    action === "transfer_to_queue"
      ? (company?.queues ?? []).map((each) => ({ value: each.id, label: each.name }))
      : (company?.agents ?? [])
          .filter((each) => each.enabled)
          .map((each) => ({
            value: each.id,
            label: `${each.display_name} (${PRESENCES[each.presence].label.toLowerCase()})`,
          }));

  async function run() {
    setBusy(true);
    setError(null);
    try {
      const done = await api.post<BulkReport>("/api/v1/conversations/bulk", {
        action,
        ids,
        ...(target ? { target } : {}),
      });
      if (done.refused === 0) {
        toastDone(`${done.done} ${words.done}.`);
        props.onDone();
      } else {
        setReport(done);
      }
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      opened
      onClose={report ? props.onDone : props.onClose}
      title={words.title}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {report ? (
        <Report report={report} done={words.done} onClose={props.onDone} />
      ) : (
        <Stack>
          <Text size="sm">{words.says}</Text>
          <Text size="sm" c="dimmed">
            {ids.length === 1 ? "One conversation." : `${ids.length} conversations.`}
          </Text>
          {action !== "force_close" && (
            <Select
              label={action === "transfer_to_queue" ? "Queue" : "Agent"}
              placeholder="Choose"
              data={data}
              value={target}
              onChange={setTarget}
              searchable
              data-autofocus
            />
          )}
          <RefusalAlert error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button
              color={action === "force_close" ? "red" : undefined}
              loading={busy}
              disabled={action !== "force_close" && !target}
              onClick={() => void run()}
            >
              {words.label}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

/** What became of each, where not all of them could be done. */
function Report(props: { report: BulkReport; done: string; onClose: () => void }) {
  const { store } = useFloor();
  const { report } = props;
  const nameFor = (id: string) => {
    const item = store.conversations.rows.get(id);
    return item ? nameOf(item) : id;
  };
  return (
    <Stack>
      <Alert color={report.done > 0 ? "orange" : "red"} title={`${report.refused} were refused`}>
        {report.done} {props.done}.
      </Alert>
      <List size="sm" spacing={4}>
        {report.report
          .filter((each) => !each.ok)
          .map((each) => (
            <List.Item key={each.id}>
              <strong>{nameFor(each.id)}</strong>: {each.message}
            </List.Item>
          ))}
      </List>
      <Group justify="flex-end">
        <Button onClick={props.onClose}>Close</Button>
      </Group>
    </Stack>
  );
}
