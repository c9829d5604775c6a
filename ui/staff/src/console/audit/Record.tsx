import { Badge, Code, Text } from "@mantine/core";
import { formatDateTime } from "../../kit";
import type { AuditChange, AuditRecord } from "../api";
import { KIND_NAMES } from "../kinds";
import { Difference } from "../parts/Changes";
import { differences } from "../parts/plain";
import classes from "./Audit.module.css";
import { colorOf, sayWhat } from "./words";

const INTERFACES: Record<string, string> = {
  api: "over the API",
  command_line: "on the command line",
  start: "by a file at the start",
};

/** One record; of a change to the configuration, what was and is. */
export function Record({ record }: { record: AuditRecord }) {
  const { change } = record;
  const details = Object.entries(record.details ?? {});
  const head = (
    <>
      <Badge color={colorOf(record.what)}>{sayWhat(record.what)}</Badge>
      <Text size="sm" component="span" fw={500} className={classes.who}>
        {record.who}
      </Text>
      <Text size="sm" component="span" c="dimmed" className={classes.object}>
        {change ? sayChanges(change.changes) : record.object}
      </Text>
      <Text size="xs" component="time" c="dimmed" className={classes.when}>
        {formatDateTime(record.at)}
      </Text>
    </>
  );
  const more = (
    <div className={classes.more}>
      <Text size="xs" c="dimmed">
        Record {record.seq}
        {record.from && ` · from ${record.from}`}
        {change &&
          ` · revision ${change.revision}, ${INTERFACES[change.interface] ?? change.interface}`}
        {change && record.object && ` · ${record.object}`}
      </Text>
      {details.length > 0 && (
        <dl className={classes.details}>
          {details.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Code>{value}</Code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {change?.shortened && (
        <Text size="sm" mt={8}>
          There was too much to keep in full.
        </Text>
      )}
      {change?.changes.map((each) => (
        <div key={`${each.kind} ${each.id}`} className={classes.change}>
          <Difference
            kind={each.kind}
            id={each.id}
            action={actionOf(each)}
            fields={differences(each.before ?? undefined, each.after ?? undefined)}
          />
        </div>
      ))}
    </div>
  );
  return (
    <details className={classes.record}>
      <summary className={classes.head}>{head}</summary>
      {more}
    </details>
  );
}

function actionOf(change: AuditChange): "added" | "changed" | "removed" {
  if (change.before === undefined || change.before === null) return "added";
  return change.after === undefined || change.after === null ? "removed" : "changed";
}

function sayChanges(changes: readonly AuditChange[]): string {
  const names = changes
    .slice(0, 3)
    .map((each) => `${(KIND_NAMES[each.kind] ?? each.kind).toLowerCase()} ${each.id}`.trim());
  const more = changes.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
