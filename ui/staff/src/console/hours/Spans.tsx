import { ActionIcon, Button, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import classes from "./Week.module.css";
import { another, readTime, type Span, showTime, tidy } from "./week";

/** The hours of a day as times that are typed. */
export function Spans(props: {
  /** Whose: `Monday`. */
  day: string;
  spans: readonly Span[];
  onChange: (spans: Span[]) => void;
}) {
  const { spans, day, onChange } = props;
  const next = another(spans);
  return (
    <div className={classes.times}>
      {spans.length === 0 && (
        <Text size="sm" c="dimmed">
          Closed
        </Text>
      )}
      {spans.map((span, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order of a day's spans is their name
        <span className={classes.span} key={n}>
          <Time
            label={`${day}, opens${spans.length > 1 ? `, ${n + 1}` : ""}`}
            value={span.from}
            onChange={(from) =>
              onChange(spans.map((each, m) => (m === n ? { ...each, from } : each)))
            }
          />
          <span aria-hidden>–</span>
          <Time
            label={`${day}, closes${spans.length > 1 ? `, ${n + 1}` : ""}`}
            value={span.to}
            onChange={(to) => onChange(spans.map((each, m) => (m === n ? { ...each, to } : each)))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${day} ${showTime(span.from)} to ${showTime(span.to)}`}
            onClick={() => onChange(spans.filter((_, m) => m !== n))}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </span>
      ))}
      {next && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          aria-label={`Add hours on ${day}`}
          onClick={() => onChange(tidy([...spans, next]))}
        >
          {spans.length === 0 ? "Open" : "Add"}
        </Button>
      )}
    </div>
  );
}

/** One time. What is typed counts when the field is left; arrow keys go by quarter hours. */
function Time(props: { label: string; value: number; onChange: (minute: number) => void }) {
  const [typed, setTyped] = useState(showTime(props.value));
  useEffect(() => setTyped(showTime(props.value)), [props.value]);
  const commit = () => {
    const minute = readTime(typed);
    if (minute === null) setTyped(showTime(props.value));
    else if (minute !== props.value) props.onChange(minute);
  };
  const step = (by: number) => {
    const now = readTime(typed) ?? props.value;
    const next = Math.max(0, Math.min(1440, Math.round((now + by) / 15) * 15));
    setTyped(showTime(next));
    props.onChange(next);
  };
  return (
    <TextInput
      size="xs"
      w={64}
      aria-label={props.label}
      value={typed}
      inputMode="numeric"
      autoComplete="off"
      styles={{ input: { textAlign: "center", fontVariantNumeric: "tabular-nums" } }}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "ArrowUp" || event.key === "ArrowDown") {
          event.preventDefault();
          step(event.key === "ArrowUp" ? 15 : -15);
        } else if (event.key === "Enter") {
          event.preventDefault();
          commit();
        }
      }}
    />
  );
}
