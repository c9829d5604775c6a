import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { IconPlayerPlay, IconPlus } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { RefusalAlert } from "../../kit";
import { explainStart, type StartExplained } from "../api";
import { useConfig } from "../config";
import { LanguageSelect } from "../parts/LanguageSelect";
import { replaced } from "../parts/plain";
import { Explained } from "./Explained";
import classes from "./TryOut.module.css";

type Pair = [key: string, value: string];

/** Asks the server what would become of a start. */
export function TryOut({ workstream, unsaved }: { workstream: string; unsaved: boolean }) {
  const { file } = useConfig();
  const widgets = Object.entries(file.widgets ?? {})
    .filter(([, widget]) => widget.workstream === workstream)
    .map(([id]) => id);
  const [from, setFrom] = useState("");
  const [locale, setLocale] = useState<string>();
  const [customer, setCustomer] = useState("");
  const [at, setAt] = useState("");
  const [context, setContext] = useState<Pair[]>([["", ""]]);
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<StartExplained | null>(null);
  const [error, setError] = useState<unknown>(null);
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (answer) said.current?.scrollIntoView({ block: "nearest" });
  }, [answer]);
  const ask = async () => {
    setBusy(true);
    setError(null);
    try {
      const values = context.filter(([key]) => key.trim() !== "");
      const moment = at ? new Date(at).getTime() : Number.NaN;
      setAnswer(
        await explainStart({
          ...(from ? { widget: from } : { workstream }),
          locale: locale || undefined,
          customer: customer.trim() || undefined,
          at: Number.isNaN(moment) ? undefined : moment,
          context: values.length > 0 ? Object.fromEntries(values) : undefined,
        }),
      );
    } catch (refusal) {
      setAnswer(null);
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap={16}>
      {unsaved && (
        <Alert color="orange">
          <Text size="sm">You have unsaved changes; the answer does not know of them.</Text>
        </Alert>
      )}
      <div className={classes.asked}>
        <NativeSelect
          label="Started at"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
          data={[
            { value: "", label: "the workstream itself" },
            ...widgets.map((id) => ({ value: id, label: `widget ${id}` })),
          ]}
        />
        <LanguageSelect
          label="Language of the customer"
          placeholder="any"
          value={locale}
          onChange={setLocale}
          place="explain.locale"
        />
        <TextInput
          label="Customer"
          description="To see the conversation that they have."
          placeholder="somebody new"
          value={customer}
          onChange={(event) => setCustomer(event.currentTarget.value)}
        />
        <TextInput
          label="When"
          description="For the hours; queues and agents are those of now."
          type="datetime-local"
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      </div>
      <div>
        <Text size="sm" fw={500} mb={4}>
          What is known at the start
        </Text>
        <Stack gap={8}>
          {context.map(([key, value], n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only added and written
            <Group key={n} gap={8} wrap="nowrap">
              <TextInput
                flex={1}
                aria-label={`Value ${n + 1}, key`}
                placeholder="topic, page_url, claim.tier …"
                value={key}
                onChange={(event) =>
                  setContext(replaced(context, n, [event.currentTarget.value, value]))
                }
              />
              <TextInput
                flex={1}
                aria-label={`Value ${n + 1}, text`}
                placeholder="value"
                value={value}
                onChange={(event) =>
                  setContext(replaced(context, n, [key, event.currentTarget.value]))
                }
              />
            </Group>
          ))}
        </Stack>
        <Button
          mt={4}
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setContext([...context, ["", ""]])}
        >
          Value
        </Button>
      </div>
      <Group>
        <Button
          variant="default"
          loading={busy}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          onClick={() => void ask()}
        >
          What would happen
        </Button>
      </Group>
      <RefusalAlert error={error} />
      <div role="status" ref={said}>
        {answer && <Explained answer={answer} />}
      </div>
    </Stack>
  );
}
