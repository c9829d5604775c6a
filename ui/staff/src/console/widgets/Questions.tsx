import {
  ActionIcon,
  Button,
  Group,
  Input,
  NativeSelect,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useFields } from "../parts/fields";
import { Item } from "../parts/Item";
import { textFor } from "../parts/languages";
import { moved, replaced, without } from "../parts/plain";
import { TextsEditor } from "../parts/TextsEditor";
import type { Question, QuestionKind } from "../types";

const KINDS: { value: QuestionKind; label: string }[] = [
  { value: "text", label: "A line of text" },
  { value: "long_text", label: "Several lines" },
  { value: "email", label: "An e-mail address" },
  { value: "choice", label: "One of the options" },
];

export const kindOf = (question: Question): QuestionKind =>
  question.kind ?? (question.options?.length ? "choice" : "text");

/** The questions before a conversation, in their order. */
export function Questions(props: {
  questions: Question[];
  onChange: (questions: Question[]) => void;
}) {
  const { questions, onChange } = props;
  const field = useFields();
  const whole = field("pre_chat");
  return (
    <>
      {questions.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing is asked.
        </Text>
      )}
      {questions.map((question, n) => {
        const title = textFor(question.label, "en") || question.key || `Question ${n + 1}`;
        return (
          <Item
            // biome-ignore lint/suspicious/noArrayIndexKey: a question is its place in the order
            key={n}
            label={`question ${n + 1}`}
            title={`${n + 1}. ${title}`}
            index={n}
            count={questions.length}
            onMove={(by) => onChange(moved(questions, n, by))}
            onRemove={() => onChange(without(questions, n))}
            place={`pre_chat[${n}]`}
          >
            <One
              at={`pre_chat[${n}]`}
              question={question}
              onChange={(next) => onChange(replaced(questions, n, next))}
            />
          </Item>
        );
      })}
      <Group data-place="pre_chat" tabIndex={-1}>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => onChange([...questions, { key: "", label: "", kind: "text" }])}
        >
          Add a question
        </Button>
        {whole.error && <Input.Error>{whole.error}</Input.Error>}
      </Group>
    </>
  );
}

function One(props: { at: string; question: Question; onChange: (question: Question) => void }) {
  const { at, question, onChange } = props;
  const field = useFields();
  const kind = kindOf(question);
  const own = field(at);
  return (
    <>
      <TextsEditor
        label="Question"
        required
        place={`${at}.label`}
        value={question.label === "" ? undefined : question.label}
        onChange={(label) => onChange({ ...question, label: label ?? "" })}
      />
      <TextInput
        label="Key"
        description="What routing rules and agents call the answer, such as topic."
        required
        autoCapitalize="off"
        spellCheck={false}
        value={question.key}
        onChange={(event) => onChange({ ...question, key: event.currentTarget.value })}
        {...field(`${at}.key`)}
      />
      <NativeSelect
        label="Answer"
        value={kind}
        data={KINDS}
        onChange={(event) => {
          const next = event.currentTarget.value as QuestionKind;
          onChange({
            ...question,
            kind: next,
            options:
              next === "choice" && !question.options?.length ? [{ value: "" }] : question.options,
          });
        }}
        {...field(`${at}.kind`)}
      />
      {kind === "choice" && (
        <Options
          at={at}
          options={question.options ?? []}
          onChange={(options) => onChange({ ...question, options })}
        />
      )}
      <Switch
        label="Must be answered"
        checked={question.required ?? false}
        onChange={(event) => onChange({ ...question, required: event.currentTarget.checked })}
        error={own.error}
      />
    </>
  );
}

function Options(props: {
  at: string;
  options: NonNullable<Question["options"]>;
  onChange: (options: NonNullable<Question["options"]>) => void;
}) {
  const { at, options, onChange } = props;
  const whole = useFields()(`${at}.options`);
  return (
    <Input.Wrapper label="Options" labelElement="div" error={whole.error}>
      <div data-place={whole["data-place"]} tabIndex={-1}>
        {options.map((option, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an option is its place in the order
          <Group key={n} gap={8} mt={8} wrap="nowrap" align="flex-start">
            <TextInput
              w={140}
              placeholder="Value"
              aria-label={`Option ${n + 1}, value`}
              value={option.value}
              onChange={(event) =>
                onChange(replaced(options, n, { ...option, value: event.currentTarget.value }))
              }
            />
            <div style={{ flex: 1, minWidth: 0, marginTop: -4 }}>
              <TextsEditor
                label={`Option ${n + 1}, what customers see`}
                hideLabel
                place={`${at}.options[${n}].label`}
                value={option.label}
                standard={() => option.value}
                onChange={(label) => onChange(replaced(options, n, { ...option, label }))}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={`Remove option ${n + 1}`}
              onClick={() => onChange(without(options, n))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          mt={8}
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...options, { value: "" }])}
        >
          Option
        </Button>
      </div>
    </Input.Wrapper>
  );
}
