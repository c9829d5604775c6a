import { Text } from "@mantine/core";
import { IconArrowRight, IconCheck, IconMinus, IconUser, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatDateTime, formatDuration } from "../../kit";
import type { StartExplained } from "../api";
import { useConfig } from "../config";
import { textFor } from "../parts/languages";
import { TESTS } from "./conditions";
import classes from "./TryOut.module.css";

const REASONS: Record<string, string> = {
  outside_hours: "it is closed",
  too_many: "too many wait in it",
  too_long: "it waited too long",
};

/** The answer to “what would happen”: the way of a start, in sentences. */
export function Explained({ answer }: { answer: StartExplained }) {
  const { file } = useConfig();
  const queueName = (id: string | null | undefined) => (id ? (file.queues[id]?.name ?? id) : "");
  const { queue, refused, existing } = answer;
  const refusedNow = refused && !existing;
  return (
    <section className={classes.answer} aria-label="What would happen">
      <Text fw={600}>
        {existing
          ? "The customer's conversation goes on"
          : refusedNow
            ? "A new conversation would be refused"
            : answer.ends
              ? "It would end at once"
              : `It would wait in ${queueName(queue?.id ?? answer.routed)}`}
      </Text>
      {existing && (
        <Text size="sm" mt={4}>
          They have {existing.conversation} ({existing.state}); a start returns it, whatever stands
          below.
        </Text>
      )}
      {refused && (
        <Text size="sm" mt={4}>
          {refused.message}
          {refused.opens_at && ` It opens ${formatDateTime(refused.opens_at)}.`}
        </Text>
      )}
      {answer.ends && (
        <Text size="sm" mt={4}>
          {textFor(answer.ends, "en") || "With the usual message of an end by the system."}
        </Text>
      )}
      <ul className={classes.steps}>
        {answer.rules.map((rule) => (
          <Step
            key={rule.name}
            icon={
              rule.verdict === "matched" ? (
                <IconCheck size={16} aria-label="Holds" />
              ) : rule.verdict === "failed" ? (
                <IconX size={16} aria-label="Does not hold" />
              ) : (
                <IconMinus size={16} aria-label="Not looked at" />
              )
            }
          >
            Rule {rule.name}
            {rule.verdict === "matched" && ` holds: ${queueName(rule.queue)}`}
            {rule.verdict === "failed" && rule.failed && `: ${sayFailed(rule.failed)}`}
            {rule.verdict === "not_reached" && " is not looked at"}
          </Step>
        ))}
        {!answer.route && (
          <Step icon={<IconArrowRight size={16} aria-hidden />}>
            No rule holds: the default queue, {queueName(answer.routed)}
          </Step>
        )}
        {answer.overflow.map((step) => (
          <Step key={`${step.from} ${step.to}`} icon={<IconArrowRight size={16} aria-hidden />}>
            {queueName(step.from)} overflows, because {REASONS[step.reason ?? ""] ?? step.reason}:{" "}
            {step.then === "queue"
              ? queueName(step.to)
              : step.then === "end"
                ? "it ends"
                : "it stays"}
          </Step>
        ))}
        {queue && (
          <Step icon={<IconArrowRight size={16} aria-hidden />}>
            {queueName(queue.id)} is {queue.open ? "open" : "closed"}
            {queue.opens_at ? ` and opens ${formatDateTime(queue.opens_at)}` : ""}; {queue.waiting}{" "}
            waiting
            {queue.wait_ms ? `, about ${formatDuration(queue.wait_ms)}` : ""}
            {queue.prefers ? `; it would prefer ${queue.prefers}` : ""}
          </Step>
        )}
        {queue?.agents.considered.map((each) => (
          <Step key={each.agent} icon={<IconUser size={16} aria-hidden />}>
            {file.agents[each.agent]?.display_name ?? each.agent}:{" "}
            {each.ruled_out ? `not now (${each.ruled_out.replaceAll("_", " ")})` : "would be asked"}
          </Step>
        ))}
        {queue && queue.agents.more > 0 && (
          <Step icon={<IconUser size={16} aria-hidden />}>and {queue.agents.more} others</Step>
        )}
      </ul>
    </section>
  );
}

function Step({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li>
      {icon}
      <Text size="sm" component="span">
        {children}
      </Text>
    </li>
  );
}

function sayFailed(failed: NonNullable<StartExplained["rules"][number]["failed"]>): string {
  const [name, wanted] = Object.entries(failed.test)[0] ?? ["", ""];
  const test = TESTS.find((each) => each.value === name)?.label ?? name;
  const value = Array.isArray(wanted) ? wanted.join(", ") : String(wanted);
  const found = failed.found === null ? "nothing is there" : `it is “${failed.found}”`;
  return `${failed.key} ${test} ${value} – ${found}`;
}
