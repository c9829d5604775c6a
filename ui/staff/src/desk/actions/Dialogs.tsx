import {
  Badge,
  Button,
  Checkbox,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
} from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { PRESENCES, toastDone, useReadable } from "../../kit";
import { focusOn } from "../focus";
import { nameOf } from "../lists";
import { loadNames, names } from "../names";
import { ask, type Context } from "./actions";
import { dialogs } from "./dialogs";
import { Shortcuts } from "./Shortcuts";

const TITLES = { transfer: "Transfer", consult: "Consult a colleague", keys: "Keyboard shortcuts" };

export function Dialogs() {
  const dialog = useReadable(dialogs);
  const close = () => dialogs.set(null);
  return (
    <Modal
      opened={dialog !== null}
      onClose={close}
      title={dialog && TITLES[dialog.kind]}
      size={dialog?.kind === "keys" ? "lg" : "md"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {dialog?.kind === "transfer" && <Transfer context={dialog.context} onDone={close} />}
      {dialog?.kind === "consult" && <Consult context={dialog.context} onDone={close} />}
      {dialog?.kind === "keys" && <Shortcuts />}
    </Modal>
  );
}

/** Colleagues, those who are there first. */
function useColleagues(except: string[]) {
  const { company } = useReadable(names);
  useEffect(() => {
    void loadNames();
  }, []);
  const rank = { available: 0, busy: 1, do_not_disturb: 2, away: 3, offline: 4 };
  return (company?.agents ?? [])
    .filter((each) => each.enabled && !except.includes(each.id))
    .sort(
      (x, y) => rank[x.presence] - rank[y.presence] || x.display_name.localeCompare(y.display_name),
    )
    .map((each) => ({
      value: each.id,
      label: `${each.display_name} (${PRESENCES[each.presence].label.toLowerCase()})`,
    }));
}

function Transfer({ context, onDone }: { context: Context; onDone: () => void }) {
  const { desk, item } = context;
  const { company } = useReadable(names);
  const colleagues = useColleagues([item.agent ?? ""]);
  const [to, setTo] = useState<"agent" | "queue">("agent");
  const [agent, setAgent] = useState<string | null>(null);
  const [queue, setQueue] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const queues = (company?.queues ?? []).map((each) => ({ value: each.id, label: each.name }));
  const target = to === "agent" ? agent : queue;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!target) return;
    setBusy(true);
    const answer = await ask(
      context,
      "transfer",
      {
        conversation: item.id,
        ...(to === "agent" ? { agent: target } : { queue: target }),
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      },
      "Not transferred",
    );
    setBusy(false);
    if (!answer) return;
    onDone();
    const who = to === "agent" ? names.get().agent(target) : names.get().queue(target);
    if (to === "agent" && item.agent === desk.agent) {
      toastDone(`It stays yours until ${who} accepts.`, `Offered to ${who}`);
      focusOn("composer");
    } else {
      toastDone(`It is with ${who} now.`, "Transferred");
      context.leave();
      focusOn("list");
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm" c="dimmed">
          {nameOf(item)} is told that a colleague takes over. The reason is for the company alone.
        </Text>
        <SegmentedControl
          fullWidth
          aria-label="Transfer to"
          value={to}
          onChange={(next) => setTo(next as "agent" | "queue")}
          data={[
            { value: "agent", label: "A colleague" },
            { value: "queue", label: "A queue" },
          ]}
        />
        {to === "agent" ? (
          <Select
            key="agent"
            label="Colleague"
            placeholder="Choose"
            data={colleagues}
            value={agent}
            onChange={setAgent}
            searchable
            data-autofocus
          />
        ) : (
          <Select
            key="queue"
            label="Queue"
            placeholder="Choose"
            data={queues}
            value={queue}
            onChange={setQueue}
            searchable
          />
        )}
        <Textarea
          label="Reason"
          description="What the next one should know."
          autosize
          minRows={2}
          maxRows={6}
          maxLength={500}
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!target}>
            Transfer
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Consult({ context, onDone }: { context: Context; onDone: () => void }) {
  const { desk, item } = context;
  const present = item.consultants ?? [];
  const colleagues = useColleagues([
    item.agent ?? "",
    desk.agent,
    ...present.map((each) => each.agent),
  ]);
  const [agent, setAgent] = useState<string | null>(null);
  const [join, setJoin] = useState(false);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!agent) return;
    setBusy(true);
    const type = join ? "consult_add" : "consult";
    const answer = await ask(context, type, { conversation: item.id, agent }, "Not consulted");
    setBusy(false);
    if (!answer) return;
    const who = names.get().agent(agent);
    toastDone(
      join ? `${who} may write to the customer.` : `${who} reads along and writes notes.`,
      join ? `${who} was added` : `${who} is consulted`,
    );
    onDone();
    focusOn("composer");
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm" c="dimmed">
          A colleague reads along and writes private notes. The conversation stays yours.
        </Text>
        {present.length > 0 && (
          <Group gap="xs">
            <Text size="sm">Already here:</Text>
            {present.map((each) => (
              <Badge key={each.agent}>{names.get().agent(each.agent)}</Badge>
            ))}
          </Group>
        )}
        <Select
          label="Colleague"
          placeholder="Choose"
          data={colleagues}
          value={agent}
          onChange={setAgent}
          searchable
          data-autofocus
        />
        <Checkbox
          label={`May also write to ${nameOf(item)}, who is told that they joined`}
          checked={join}
          onChange={(e) => setJoin(e.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!agent}>
            {join ? "Add" : "Consult"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
