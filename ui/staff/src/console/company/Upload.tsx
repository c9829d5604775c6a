import { Alert, Button, FileButton, Group, List, Select, Stack, Switch, Text } from "@mantine/core";
import { IconAlertTriangle, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { asRefusal, toastDone } from "../../kit";
import { type Applied, putText } from "../api";
import { useConfig } from "../config";
import { queueOptions } from "../options";
import { Changes } from "../parts/Changes";

interface Chosen {
  name: string;
  text: string;
  type: "application/toml" | "application/json";
}

const typeOf = (name: string, text: string): Chosen["type"] =>
  name.toLowerCase().endsWith(".json") || text.trimStart().startsWith("{")
    ? "application/json"
    : "application/toml";

/** A file becomes the company: chosen, shown, applied. */
export function Upload({ onApplied }: { onApplied: () => void }) {
  const config = useConfig();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [prune, setPrune] = useState(false);
  const [moves, setMoves] = useState<Record<string, string>>({});
  const [plan, setPlan] = useState<Applied | null>(null);
  const [refusal, setRefusal] = useState<ReturnType<typeof asRefusal> | null>(null);
  const [busy, setBusy] = useState<"plan" | "apply" | null>(null);

  /** The plan is for a revision; what is applied must be for the same. */
  const [etag, setEtag] = useState(config.etag);

  const ask = async (file: Chosen, pruneAgents: boolean, taken = moves) => {
    setBusy("plan");
    setRefusal(null);
    setPlan(null);
    try {
      const now = await config.reload();
      setEtag(now.etag);
      setPlan(
        await putText(file.text, file.type, {
          etag: now.etag,
          dryRun: true,
          pruneAgents,
          moves: taken,
        }),
      );
    } catch (error) {
      setRefusal(asRefusal(error));
    } finally {
      setBusy(null);
    }
  };
  const apply = async () => {
    if (!chosen) return;
    setBusy("apply");
    setRefusal(null);
    try {
      const done = await putText(chosen.text, chosen.type, { etag, pruneAgents: prune, moves });
      await config.reload();
      toastDone(`The company is as the file says, revision ${done.revision}.`);
      onApplied();
    } catch (error) {
      setRefusal(asRefusal(error));
    } finally {
      setBusy(null);
    }
  };
  const gone =
    plan?.plan.changes
      .filter((each) => each.kind === "queues" && each.action === "removed")
      .map((each) => each.id) ?? [];
  // A queue that is still needed is asked for as well: the plan was refused then.
  const asked = [...new Set([...gone, ...Object.keys(moves)])];
  return (
    <Stack gap={16}>
      <Group gap="md">
        <FileButton
          accept=".toml,.json,application/toml,application/json"
          onChange={(file) => {
            if (!file) return;
            void file.text().then((text) => {
              const next = { name: file.name, text, type: typeOf(file.name, text) };
              setChosen(next);
              setMoves({});
              void ask(next, prune, {});
            });
          }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              loading={busy === "plan"}
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              Choose a file
            </Button>
          )}
        </FileButton>
        {chosen && (
          <Text size="sm" c="dimmed">
            {chosen.name}
          </Text>
        )}
      </Group>
      <Switch
        label="Remove agents that the file does not name"
        description="Otherwise they stay as they are, with their queues."
        checked={prune}
        onChange={(event) => {
          const next = event.currentTarget.checked;
          setPrune(next);
          if (chosen) void ask(chosen, next);
        }}
      />
      {refusal && (
        <Alert
          color="red"
          role="alert"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title="It cannot be applied"
        >
          {refusal.problems?.length ? (
            <List size="sm" spacing={4}>
              {refusal.problems.map((each) => (
                <List.Item key={String(each)}>{String(each)}</List.Item>
              ))}
            </List>
          ) : (
            <Text size="sm">{refusal.message}</Text>
          )}
          {chosen && refusal.code === "conflict" && (
            <Button
              mt="xs"
              size="compact-sm"
              variant="default"
              onClick={() => void ask(chosen, prune)}
            >
              Show the plan again
            </Button>
          )}
        </Alert>
      )}
      {chosen && (asked.length > 0 || refusal?.code === "in_use") && (
        <Moves
          queues={asked.length > 0 ? asked : Object.keys(config.file.queues)}
          moves={moves}
          onChange={(next) => {
            setMoves(next);
            void ask(chosen, prune, next);
          }}
        />
      )}
      <div role="status">
        {plan && (
          <>
            <Text fw={600} mb="sm">
              What would change
            </Text>
            <Changes plan={plan} />
          </>
        )}
      </div>
      {plan?.changed && (
        <Group>
          <Button loading={busy === "apply"} onClick={() => void apply()}>
            Apply the file
          </Button>
          <Button
            variant="default"
            onClick={() => {
              setChosen(null);
              setPlan(null);
            }}
          >
            Cancel
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Moves(props: {
  queues: string[];
  moves: Record<string, string>;
  onChange: (moves: Record<string, string>) => void;
}) {
  const { file } = useConfig();
  return (
    <Stack gap={8}>
      <Text size="sm" fw={500}>
        Where conversations of queues that go are taken up
      </Text>
      {props.queues.map((queue) => (
        <Select
          key={queue}
          label={`From ${file.queues[queue]?.name ?? queue}`}
          placeholder="Nowhere: only if nothing is open in it"
          clearable
          clearButtonProps={{ "aria-label": "Choose no queue" }}
          data={queueOptions(file).filter((each) => each.value !== queue)}
          value={props.moves[queue] ?? null}
          onChange={(to) => {
            const { [queue]: _was, ...rest } = props.moves;
            props.onChange(to ? { ...rest, [queue]: to } : rest);
          }}
        />
      ))}
    </Stack>
  );
}
