import { Badge, Switch, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useFields } from "../parts/fields";
import { readTexts } from "../parts/languages";
import { TextsEditor } from "../parts/TextsEditor";
import type { MessageKind, Messages, Mode, Texts } from "../types";
import classes from "./Messages.module.css";
import {
  isOffByDefault,
  MESSAGES,
  type MessageWords,
  placeholdersFor,
  standardText,
} from "./messages";

/** An empty text for everybody: it is not said. */
const isOff = (texts: Texts | undefined) => {
  const rows = texts === undefined ? [] : readTexts(texts);
  return rows.length === 1 && rows[0]?.[0] === "*" && rows[0][1] === "";
};

/** The system messages of a mode: each said or not, in the company's words or linger's own. */
export function MessagesFields(props: {
  mode: Mode;
  value: Messages | undefined;
  onChange: (value: Messages) => void;
  /** Of a widget: what is not written here is as in its workstream. */
  over?: Messages;
}) {
  const { value = {}, mode, over } = props;
  const put = (kind: MessageKind, texts: Texts | undefined) => {
    const { [kind]: _was, ...rest } = value;
    props.onChange(texts === undefined ? rest : { ...rest, [kind]: texts });
  };
  return (
    <div className={classes.list}>
      {MESSAGES.filter((each) => each.modes.includes(mode)).map((words) => (
        <Message
          key={words.kind}
          words={words}
          mode={mode}
          value={value[words.kind]}
          over={over ? (over[words.kind] ?? null) : undefined}
          onChange={(texts) => put(words.kind, texts)}
        />
      ))}
    </div>
  );
}

function Message(props: {
  words: MessageWords;
  mode: Mode;
  value: Texts | undefined;
  /** Null: the workstream writes nothing of its own. Undefined: this is the workstream. */
  over: Texts | null | undefined;
  onChange: (value: Texts | undefined) => void;
}) {
  const { words, mode, value, over } = props;
  const place = `messages.${words.kind}`;
  const problems = useFields()(place, true);
  const inherited = over ?? undefined;
  const offBelow = inherited === undefined ? isOffByDefault(words, mode) : isOff(inherited);
  // Switched on, but nothing is written yet: there is nothing to say either.
  const [asked, setAsked] = useState(false);
  const own = value !== undefined && !isOff(value);
  const on = own || (value === undefined && !offBelow) || asked;
  const state = own
    ? "Own text"
    : !on || offBelow
      ? "Off"
      : over === undefined
        ? "Standard text"
        : "As in the workstream";
  const standard = (tag: string) => {
    const texts = inherited === undefined ? [] : readTexts(inherited);
    const found = texts.find(([each]) => each === tag) ?? texts.find(([each]) => each === "*");
    return found?.[1] ?? standardText(words, mode, tag);
  };
  return (
    <details className={classes.message} open={problems.error ? true : undefined}>
      <summary className={classes.summary}>
        <IconChevronRight size={16} aria-hidden className={classes.chevron} />
        <span className={classes.label}>{words.label}</span>
        <Badge color={state === "Off" ? "gray" : own ? "accent" : "green"}>{state}</Badge>
        <Text size="xs" c="dimmed" component="span" className={classes.preview}>
          {own ? (readTexts(value)[0]?.[1] ?? "") : on ? standard("*") : ""}
        </Text>
      </summary>
      <div className={classes.body}>
        <Switch
          label={`Say “${words.label}”`}
          description={words.when}
          checked={on}
          onChange={(event) => {
            const checked = event.currentTarget.checked;
            setAsked(checked);
            props.onChange(checked || offBelow ? undefined : "");
          }}
        />
        {on && (
          <TextsEditor
            label={`Text of “${words.label}”`}
            hideLabel
            lines={2}
            place={place}
            value={own || asked ? value : undefined}
            standard={standard}
            placeholders={placeholdersFor(words.values)}
            onChange={(texts) => props.onChange(texts)}
          />
        )}
      </div>
    </details>
  );
}
