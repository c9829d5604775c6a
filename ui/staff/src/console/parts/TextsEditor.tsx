import {
  ActionIcon,
  Button,
  Group,
  Input,
  Menu,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { type ReactNode, useId, useRef, useState } from "react";
import type { Texts } from "../types";
import { useFields } from "./fields";
import { asTag, LANGUAGES, languageName, readTexts, writeTexts } from "./languages";
import classes from "./TextsEditor.module.css";

export interface Placeholder {
  insert: string;
  what: string;
}

/** A text in each language that the company writes it in. */
export function TextsEditor(props: {
  label: string;
  description?: ReactNode;
  value: Texts | undefined;
  onChange: (value: Texts | undefined) => void;
  /** What is said where nothing is written, by language. */
  standard?: (tag: string) => string;
  placeholders?: readonly Placeholder[];
  lines?: number;
  place: string;
  required?: boolean;
  /** The label is shown by whatever is around. */
  hideLabel?: boolean;
}) {
  const { place, onChange, lines = 1 } = props;
  const field = useFields();
  const id = useId();
  const areas = useRef(new Map<string, HTMLTextAreaElement | HTMLInputElement>());
  const [focused, setFocused] = useState("*");
  const written = readTexts(props.value);
  const rows: [string, string][] = written.length > 0 ? written : [["*", ""]];
  const put = (tag: string, text: string) => {
    const next = new Map(rows);
    next.set(tag, text);
    const kept = [...next];
    const nothing = kept.length === 1 && kept[0]?.[0] === "*" && kept[0][1] === "";
    onChange(nothing ? undefined : writeTexts(kept));
  };
  const remove = (tag: string) => onChange(writeTexts(rows.filter(([each]) => each !== tag)));
  const insert = (text: string) => {
    const tag = rows.some(([each]) => each === focused) ? focused : (rows[0]?.[0] ?? "*");
    const area = areas.current.get(tag);
    const now = rows.find(([each]) => each === tag)?.[1] ?? "";
    const at = area?.selectionStart ?? now.length;
    put(tag, now.slice(0, at) + text + now.slice(area?.selectionEnd ?? at));
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(at + text.length, at + text.length);
    });
  };
  const several = rows.length > 1 || rows[0]?.[0] !== "*";
  const whole = field(place);
  return (
    <Input.Wrapper
      label={props.hideLabel ? undefined : props.label}
      description={props.description}
      error={whole.error}
      required={props.required}
      labelElement="div"
      role="group"
      aria-label={props.label}
      data-place={place}
      tabIndex={-1}
    >
      <Stack gap={8} mt={4}>
        {rows.map(([tag, text]) => {
          const own = field(`${place}.${tag}`);
          const shared = {
            ref: (element: HTMLTextAreaElement & HTMLInputElement) => {
              if (element) areas.current.set(tag, element);
              else areas.current.delete(tag);
            },
            id: `${id}-${tag}`,
            value: text,
            onFocus: () => setFocused(tag),
            placeholder: props.standard?.(tag) || undefined,
            lang: tag === "*" ? undefined : tag,
            dir: "auto" as const,
            className: classes.text,
            "aria-label": several ? `${props.label}, ${languageName(tag)}` : props.label,
            ...own,
          };
          return (
            <div key={tag} className={classes.row}>
              {several && (
                <Text size="xs" c="dimmed" component="label" htmlFor={`${id}-${tag}`}>
                  {languageName(tag)}
                </Text>
              )}
              <Group gap={4} wrap="nowrap" align="flex-start">
                {lines > 1 ? (
                  <Textarea
                    {...shared}
                    autosize
                    minRows={lines}
                    maxRows={8}
                    onChange={(event) => put(tag, event.currentTarget.value)}
                  />
                ) : (
                  <TextInput
                    {...shared}
                    onChange={(event) => put(tag, event.currentTarget.value)}
                  />
                )}
                {several && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    mt={4}
                    aria-label={`Remove ${languageName(tag)} of ${props.label}`}
                    onClick={() => remove(tag)}
                  >
                    <IconX size={16} aria-hidden />
                  </ActionIcon>
                )}
              </Group>
            </div>
          );
        })}
        <Group gap={4}>
          <AddLanguage
            label={props.label}
            taken={rows.map(([tag]) => tag)}
            onAdd={(tag) => {
              // The text that was for everybody stays for every other language.
              const kept = rows.filter(([each, text]) => each !== "*" || text !== "");
              onChange(writeTexts([...kept, [tag, ""]]));
              setFocused(tag);
            }}
          />
          {props.placeholders && props.placeholders.length > 0 && (
            <Menu position="bottom-start" width={300}>
              <Menu.Target>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-label={`Insert a value into ${props.label}`}
                >
                  Insert a value
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {props.placeholders.map((each) => (
                  <Menu.Item key={each.insert} onClick={() => insert(each.insert)}>
                    <Text size="sm" ff="monospace">
                      {each.insert}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {each.what}
                    </Text>
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}

function AddLanguage(props: { label: string; taken: string[]; onAdd: (tag: string) => void }) {
  const [search, setSearch] = useState("");
  const typed = asTag(search);
  const query = search.toLowerCase();
  const all = [{ value: "*", label: languageName("*") }, ...LANGUAGES];
  const found = all
    .filter((each) => !props.taken.includes(each.value))
    .filter((each) => each.label.toLowerCase().includes(query));
  const other =
    typed && !props.taken.includes(typed) && !found.some((each) => each.value === typed)
      ? typed
      : null;
  return (
    <Menu position="bottom-start" width={260} onClose={() => setSearch("")}>
      <Menu.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          aria-label={`Add a language to ${props.label}`}
        >
          Language
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          size="xs"
          m={4}
          placeholder="Search, or a tag such as pt-BR"
          aria-label="Search languages"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className={classes.languages}>
          {other && search.length > 1 && (
            <Menu.Item onClick={() => props.onAdd(other)}>{languageName(other)}</Menu.Item>
          )}
          {found.map((each) => (
            <Menu.Item key={each.value} onClick={() => props.onAdd(each.value)}>
              {each.label}
            </Menu.Item>
          ))}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
