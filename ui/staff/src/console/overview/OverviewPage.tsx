import { Text, Title } from "@mantine/core";
import { IconArrowRight, IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { formatDateTime, formatNumber, RefusalAlert } from "../../kit";
import { type AuditRecord, readAudit } from "../api";
import audit from "../audit/Audit.module.css";
import { Record } from "../audit/Record";
import { revisionOf, useConfig } from "../config";
import { A } from "../parts/A";
import { Page } from "../parts/Page";
import { checklist } from "./checklist";
import classes from "./Overview.module.css";

export function OverviewPage() {
  const { file, etag } = useConfig();
  const [changes, setChanges] = useState<AuditRecord[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each revision has another last change
  useEffect(() => {
    readAudit({ what: "config_changed", limit: 5 }).then(
      (page) => setChanges(page.records.slice(0, 5)),
      setError,
    );
  }, [etag]);
  const checks = checklist(file);
  const missing = checks.filter((each) => !each.done);
  const last = changes?.[0];
  const numbers = [
    { label: "Workstreams", to: "/workstreams", n: Object.keys(file.workstreams ?? {}).length },
    { label: "Queues", to: "/queues", n: Object.keys(file.queues ?? {}).length },
    { label: "Agents", to: "/agents", n: Object.keys(file.agents ?? {}).length },
    { label: "Widgets", to: "/widgets", n: Object.keys(file.widgets ?? {}).length },
  ];
  return (
    <Page
      title={file.name}
      lead={
        <>
          Revision {formatNumber(revisionOf(etag))} of the configuration
          {last && `, made ${formatDateTime(last.at)} by ${last.who}`}.
        </>
      }
    >
      <ul className={classes.numbers}>
        {numbers.map((each) => (
          <li key={each.label}>
            <A to={each.to} className={classes.number}>
              <span className={classes.n}>{formatNumber(each.n)}</span>
              <span>{each.label}</span>
            </A>
          </li>
        ))}
      </ul>
      <section aria-labelledby="setup" className={classes.part}>
        <Title order={2} size="h3" id="setup">
          {missing.length === 0 ? "Everything is set up" : "What is missing"}
        </Title>
        <Text size="sm" c="dimmed" mt={4} mb="md">
          {missing.length === 0
            ? "Customers can start, and somebody is there for them."
            : `${missing.length} of ${checks.length} still to do.`}
        </Text>
        <ul className={classes.checks}>
          {[...missing, ...checks.filter((each) => each.done)].map((check) => (
            <li key={check.id}>
              <A to={check.to} className={classes.check} data-done={check.done || undefined}>
                {check.done ? (
                  <IconCircleCheckFilled size={20} aria-label="Done" className={classes.done} />
                ) : (
                  <IconCircle size={20} aria-label="To do" className={classes.open} />
                )}
                <span className={classes.text}>
                  <span>{check.text}</span>
                  {!check.done && check.why && (
                    <Text size="sm" c="dimmed" component="span">
                      {check.why}
                    </Text>
                  )}
                </span>
                {!check.done && <IconArrowRight size={16} aria-hidden className={classes.open} />}
              </A>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="changes" className={classes.part}>
        <Title order={2} size="h3" id="changes" mb="md">
          Last changes
        </Title>
        <RefusalAlert error={error} />
        {changes?.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing has been changed since the company was set up.
          </Text>
        )}
        {changes && changes.length > 0 && (
          <ol className={audit.list}>
            {changes.map((record) => (
              <li key={record.seq}>
                <Record record={record} />
              </li>
            ))}
          </ol>
        )}
      </section>
    </Page>
  );
}
