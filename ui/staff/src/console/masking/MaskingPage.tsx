import { Button, Checkbox, Group, Input, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { putCompany } from "../api";
import { useConfig } from "../config";
import { list, object } from "../parts/clean";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { Item } from "../parts/Item";
import { moved, replaced, without } from "../parts/plain";
import { Section } from "../parts/Section";
import { useEditor } from "../parts/useEditor";
import type { Masking, MaskingPlace, MaskingRule, Where } from "../types";

const PLACES: { value: MaskingPlace; label: string }[] = [
  { value: "customer_messages", label: "What customers write" },
  { value: "agent_messages", label: "What agents write to customers" },
  { value: "notes", label: "Notes and reasons of transfers" },
  { value: "subject", label: "Subjects and tags" },
  { value: "context", label: "Values from the page, the token and questions" },
];
const ALL = PLACES.map((each) => each.value);

const clean = (masking: Masking): Masking => ({
  card_numbers: masking.card_numbers === false ? undefined : masking.card_numbers,
  email: masking.email === false ? undefined : masking.email,
  rules: list(masking.rules),
});

export function MaskingPage() {
  const [round, setRound] = useState(0);
  return <MaskingEditor key={round} onReload={() => setRound((n) => n + 1)} />;
}

function MaskingEditor({ onReload }: { onReload: () => void }) {
  const { file } = useConfig();
  const editor = useEditor<Masking>({
    name: "the masking",
    root: "masking",
    initial: file.masking ?? {},
    current: (company) => company.masking ?? {},
    clean,
    // The masking is part of the company itself: the rest of the file goes along as it was read.
    put: (body, { file: read, ...options }) =>
      putCompany({ ...read, masking: object(body) }, options),
  });
  const { draft, set } = editor;
  return (
    <EditorPage
      editor={editor}
      title="Masking"
      lead="What must not be kept is replaced before anything is stored: it is in no file, no index, no answer and no export afterwards. What was stored before a rule stays as it was."
      onReload={onReload}
    >
      <Section title="Known patterns" help="These know what they look for.">
        <WhereField
          label="Card numbers"
          description="13 to 19 digits that pass the check of card numbers, however they are grouped. The last four stay: **** **** **** 1111."
          place="card_numbers"
          value={draft.card_numbers ?? false}
          onChange={(card_numbers) => set({ card_numbers })}
        />
        <WhereField
          label="E-mail addresses"
          description="Shown as ***@***."
          place="email"
          value={draft.email ?? false}
          onChange={(email) => set({ email })}
        />
      </Section>
      <Section
        title="Own rules"
        help="Carried out in this order, after the two above. A pattern is a regular expression without look-around and without references back, so no text takes long."
      >
        <Rules rules={draft.rules ?? []} onChange={(rules) => set({ rules })} />
      </Section>
    </EditorPage>
  );
}

/** Where something is replaced: nowhere, everywhere, or in some places. */
function WhereField(props: {
  label: string;
  description?: string;
  place: string;
  value: Where;
  onChange: (value: Where) => void;
}) {
  const { value } = props;
  const field = useFields()(props.place);
  const chosen = value === true ? ALL : value === false ? [] : value;
  return (
    <div>
      <Switch
        label={props.label}
        description={props.description}
        checked={value !== false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
        {...field}
      />
      {value !== false && (
        <Checkbox.Group
          mt={12}
          ml={48}
          aria-label={`${props.label}: where`}
          value={chosen}
          onChange={(places) =>
            props.onChange(places.length === ALL.length ? true : (places as MaskingPlace[]))
          }
        >
          <Stack gap={8}>
            {PLACES.map((each) => (
              <Checkbox key={each.value} size="sm" value={each.value} label={each.label} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </div>
  );
}

function Rules(props: { rules: MaskingRule[]; onChange: (rules: MaskingRule[]) => void }) {
  const { rules, onChange } = props;
  const field = useFields();
  const whole = field("rules");
  return (
    <>
      {rules.length === 0 && (
        <Text size="sm" c="dimmed">
          No rules of your own.
        </Text>
      )}
      {rules.map((rule, n) => {
        const at = `rules[${n}]`;
        const put = (patch: Partial<MaskingRule>) =>
          onChange(replaced(rules, n, { ...rule, ...patch }));
        const where = rule.in ?? true;
        return (
          <Item
            // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the order
            key={n}
            label={rule.name ? `rule ${rule.name}` : `rule ${n + 1}`}
            title={rule.name || "New rule"}
            index={n}
            count={rules.length}
            onMove={(by) => onChange(moved(rules, n, by))}
            onRemove={() => onChange(without(rules, n))}
            place={at}
          >
            <TextInput
              label="Name"
              value={rule.name}
              onChange={(event) => put({ name: event.currentTarget.value })}
              {...field(`${at}.name`)}
            />
            <TextInput
              label="Pattern"
              placeholder="[A-Z]{2}[0-9]{20}"
              value={rule.pattern}
              spellCheck={false}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
              onChange={(event) => put({ pattern: event.currentTarget.value })}
              {...field(`${at}.pattern`)}
            />
            <TextInput
              label="Replacement"
              description="Stands there as it is."
              placeholder="[hidden]"
              value={rule.replacement}
              onChange={(event) => put({ replacement: event.currentTarget.value })}
              {...field(`${at}.replacement`)}
            />
            <Checkbox.Group
              label="Where"
              value={where === true ? ALL : where === false ? [] : where}
              onChange={(places) =>
                put({ in: places.length === ALL.length ? true : (places as MaskingPlace[]) })
              }
              {...field(`${at}.in`)}
            >
              <Stack gap={8} mt={8}>
                {PLACES.map((each) => (
                  <Checkbox key={each.value} size="sm" value={each.value} label={each.label} />
                ))}
              </Stack>
            </Checkbox.Group>
          </Item>
        );
      })}
      <Group data-place="rules" tabIndex={-1}>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() =>
            onChange([...rules, { name: "", pattern: "", replacement: "[hidden]", in: true }])
          }
        >
          Add a rule
        </Button>
        {whole.error && <Input.Error>{whole.error}</Input.Error>}
      </Group>
    </>
  );
}
