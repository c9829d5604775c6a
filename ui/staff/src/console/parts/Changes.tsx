import { Alert, Badge, Code, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { Applied, FieldChange } from "../api";
import { KIND_NAMES } from "../kinds";
import classes from "./Changes.module.css";

const WORDS = { added: "New", changed: "Changed", removed: "Removed" } as const;
const COLORS = { added: "green", changed: "accent", removed: "red" } as const;

/** What a change does: object by object, field by field. */
export function Changes({ plan }: { plan: Applied }) {
  const { changes } = plan.plan;
  return (
    <div>
      {plan.warnings.map((warning) => (
        <Alert
          key={warning}
          color="orange"
          mb="sm"
          icon={<IconInfoCircle size={18} aria-hidden />}
          title="Accepted, but probably not meant"
        >
          <Text size="sm">{warning}</Text>
        </Alert>
      ))}
      {changes.length === 0 && <Text size="sm">Nothing would be different.</Text>}
      {changes.map((change) => (
        <Difference
          key={`${change.kind} ${change.id}`}
          kind={change.kind}
          id={change.id}
          action={change.action}
          fields={change.fields}
        />
      ))}
    </div>
  );
}

export function Difference(props: {
  kind: string;
  id: string;
  action: "added" | "changed" | "removed";
  fields: readonly FieldChange[];
}) {
  const kind = KIND_NAMES[props.kind] ?? props.kind;
  return (
    <section className={classes.object}>
      <div className={classes.head}>
        <Badge color={COLORS[props.action]}>{WORDS[props.action]}</Badge>
        <Text size="sm" fw={600} className={classes.name}>
          {kind}
          {props.id !== "" && ` ${props.id}`}
        </Text>
      </div>
      {props.fields.length > 0 && (
        // A table that scrolls is to be reached by keyboard.
        <section
          className={classes.scroll}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
          tabIndex={0}
          aria-label={`Fields of ${props.id || kind}`}
        >
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {props.fields.map((field) => (
                <tr key={field.field}>
                  <th scope="row">{field.field}</th>
                  <td>
                    <Shown value={field.before} mark="removed" />
                  </td>
                  <td>
                    <Shown value={field.after} mark="added" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Shown({ value, mark }: { value: unknown; mark: "added" | "removed" }) {
  if (value === undefined || value === null) {
    return (
      <Text size="xs" c="dimmed">
        not set
      </Text>
    );
  }
  const text =
    typeof value === "string" && value !== ""
      ? value
      : Array.isArray(value) && value.every((each) => typeof each === "string") && value.length > 0
        ? value.join(", ")
        : JSON.stringify(value);
  return (
    <Code className={classes.value} data-mark={mark}>
      {text}
    </Code>
  );
}
