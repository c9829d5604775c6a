import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { IconDownload, IconHistory } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Empty, Loading, RefusalAlert } from "../../kit";
import { type AuditFilter, type AuditRecord, auditExport, readAudit } from "../api";
import { Page } from "../parts/Page";
import classes from "./Audit.module.css";
import { Record } from "./Record";
import { sayWhat, WHAT } from "./words";

interface Asked {
  what: string | null;
  who: string;
  object: string;
  since: string;
  until: string;
}

const NOTHING: Asked = { what: null, who: "", object: "", since: "", until: "" };

const moment = (text: string) => {
  const at = text ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

const filterOf = (asked: Asked): AuditFilter => ({
  what: asked.what ?? undefined,
  who: asked.who.trim() || undefined,
  object: asked.object.trim() || undefined,
  since: moment(asked.since),
  until: moment(asked.until),
});

/** Who did what from where, newest first. */
export function AuditPage() {
  const [asked, setAsked] = useState<Asked>(NOTHING);
  const [records, setRecords] = useState<AuditRecord[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const round = useRef(0);
  const filter = filterOf(asked);
  const key = JSON.stringify(filter);

  const load = useCallback(async (from: AuditFilter, before?: string) => {
    const mine = ++round.current;
    setBusy(true);
    setError(null);
    try {
      const page = await readAudit({ ...from, before, limit: 50 });
      // A later question is being answered: this answer is of an earlier one.
      if (mine !== round.current) return;
      setRecords((was) => (before ? [...was, ...page.records] : page.records));
      setNext(page.next ?? null);
    } catch (refusal) {
      if (mine === round.current) setError(refusal);
    } finally {
      if (mine === round.current) setBusy(false);
    }
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => void load(JSON.parse(key) as AuditFilter), 250);
    return () => clearTimeout(timer);
  }, [key, load]);

  const set = (patch: Partial<Asked>) => setAsked((was) => ({ ...was, ...patch }));
  const filtered = key !== "{}";
  return (
    <Page
      title="Audit log"
      lead="Who did what from where. Nothing in it can be changed or removed; it never holds texts of messages, tokens or secrets."
      actions={
        <Button
          component="a"
          href={auditExport(filter)}
          download="audit.ndjson"
          variant="default"
          className={classes.export}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Export
        </Button>
      }
    >
      <search className={classes.filter} aria-label="Audit log">
        <Select
          label="What"
          placeholder="Everything"
          searchable
          clearable
          clearButtonProps={{ "aria-label": "Everything" }}
          data={WHAT.map((what) => ({ value: what, label: sayWhat(what) }))}
          value={asked.what}
          onChange={(what) => set({ what })}
        />
        <TextInput
          label="Who"
          placeholder="agent:anna, operator"
          autoCapitalize="off"
          value={asked.who}
          onChange={(event) => set({ who: event.currentTarget.value })}
        />
        <TextInput
          label="Object"
          placeholder="customer:ID, configuration"
          autoCapitalize="off"
          value={asked.object}
          onChange={(event) => set({ object: event.currentTarget.value })}
        />
        <TextInput
          label="Since"
          type="datetime-local"
          value={asked.since}
          onChange={(event) => set({ since: event.currentTarget.value })}
        />
        <TextInput
          label="Until"
          type="datetime-local"
          value={asked.until}
          onChange={(event) => set({ until: event.currentTarget.value })}
        />
      </search>
      {filtered && (
        <Group mb="md">
          <Button variant="subtle" size="compact-sm" onClick={() => setAsked(NOTHING)}>
            Show everything
          </Button>
        </Group>
      )}
      <RefusalAlert error={error} onRetry={() => void load(filter)} />
      {records.length === 0 && busy && <Loading label="Reading the audit log" />}
      {records.length === 0 && !busy && !error && next === null && (
        <Empty title="No records" icon={<IconHistory size={20} />}>
          {filtered ? "Nothing is as the filter says." : "Nothing has been done yet."}
        </Empty>
      )}
      {records.length > 0 && (
        <ol className={classes.list} aria-label="Records" aria-busy={busy}>
          {records.map((record) => (
            <li key={`${record.at} ${record.seq}`}>
              <Record record={record} />
            </li>
          ))}
        </ol>
      )}
      {next !== null && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={busy} onClick={() => void load(filter, next)}>
            Show older ones
          </Button>
        </Group>
      )}
      {next === null && records.length > 0 && (
        <Text size="sm" c="dimmed" ta="center" mt="md">
          That is all.
        </Text>
      )}
    </Page>
  );
}
