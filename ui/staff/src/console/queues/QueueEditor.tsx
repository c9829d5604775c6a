import { MultiSelect, NumberInput, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useConfig } from "../config";
import { agentOptions, hoursOptions, queueOptions } from "../options";
import { list, object, text } from "../parts/clean";
import { ObjectMenu } from "../parts/DeleteButton";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { NARROW } from "../parts/narrow";
import { IdField, type ObjectEditorProps, useObjectEditor } from "../parts/object";
import { Section } from "../parts/Section";
import type { Queue } from "../types";
import { OverflowFields } from "./Overflow";
import { METHODS } from "./words";

function clean(queue: Queue): Queue {
  return {
    ...queue,
    name: text(queue.name),
    members: queue.members ?? [],
    hours: text(queue.hours),
    overflow: object(queue.overflow),
  };
}

export function QueueEditor(props: ObjectEditorProps<"queues">) {
  const { file } = useConfig();
  const editor = useObjectEditor("queues", props, clean);
  const { draft, set } = editor;
  return (
    <EditorPage
      editor={editor}
      title={props.fresh ? "New queue" : (draft.name ?? props.id)}
      back={{ to: "/queues", label: "Queues" }}
      onReload={props.onReload}
      actions={
        !props.fresh && (
          <ObjectMenu
            kind="queues"
            id={props.id}
            effect="Nothing can be sent to it any more. Workstreams and overflow that name it must name another queue first."
            moveTo={queueOptions(file).filter((each) => each.value !== props.id)}
          />
        )
      }
    >
      <Section title="Queue" help="What colleagues call it, and when its team is there.">
        <Name editor={editor} />
        <IdField
          editor={editor}
          description="How the company file and the API name it. It stays as it is."
        />
        <HoursField draft={draft} set={set} />
      </Section>
      <Section
        title="Members"
        help="Who may be offered its conversations. Whoever is taken off is offered nothing more, and keeps what they have."
      >
        <Members draft={draft} set={set} />
        <MethodField draft={draft} set={set} />
        <PriorityField draft={draft} set={set} />
      </Section>
      <Section
        title="Overflow"
        help={
          <>
            Where a conversation goes instead of waiting here. Without any of these it waits,
            however long. A conversation that was sent on keeps its place by its whole wait.
          </>
        }
      >
        <OverflowFields
          value={draft.overflow}
          queue={props.id}
          onChange={(overflow) => set({ overflow })}
        />
      </Section>
    </EditorPage>
  );
}

interface FieldsOf {
  draft: Queue;
  set: (patch: Partial<Queue>) => void;
}

function Name({ editor }: { editor: ReturnType<typeof useObjectEditor<"queues">> }) {
  const field = useFields();
  return (
    <TextInput
      label="Name"
      description="Shown to agents and in messages as {queue}."
      placeholder={editor.id}
      value={editor.draft.name ?? ""}
      onChange={(event) => {
        editor.nameChanged(event.currentTarget.value);
        editor.set({ name: event.currentTarget.value });
      }}
      {...field("name")}
    />
  );
}

function HoursField({ draft, set }: FieldsOf) {
  const field = useFields();
  const { file } = useConfig();
  return (
    <Select
      label="Hours"
      description="While it is closed nothing is offered. Live chat is refused with the next opening; persistent chat waits and is told when the team is back."
      placeholder="Always open"
      data={hoursOptions(file)}
      value={draft.hours ?? null}
      onChange={(hours) => set({ hours: hours ?? undefined })}
      clearable
      clearButtonProps={{ "aria-label": "Always open" }}
      {...field("hours")}
    />
  );
}

function Members({ draft, set }: FieldsOf) {
  const field = useFields();
  const { file } = useConfig();
  return (
    <MultiSelect
      label="Agents"
      placeholder={draft.members?.length ? undefined : "Choose agents"}
      data={agentOptions(file)}
      value={draft.members ?? []}
      onChange={(members) => set({ members: list(members) ?? [] })}
      searchable
      hidePickedOptions
      nothingFoundMessage="Nobody is called that."
      {...field("members")}
    />
  );
}

function MethodField({ draft, set }: FieldsOf) {
  const { error, ...rest } = useFields()("method");
  return (
    <Radio.Group
      label="Who is offered the next conversation"
      value={draft.method ?? "highest_capacity"}
      onChange={(method) => set({ method: method as Queue["method"] })}
      error={error}
      {...rest}
    >
      <Stack gap={12} mt={8}>
        {Object.entries(METHODS).map(([value, words]) => (
          <Radio key={value} value={value} label={words.label} description={words.help} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function PriorityField({ draft, set }: FieldsOf) {
  const field = useFields();
  return (
    <NumberInput
      label="Priority"
      description="Of the queues of one agent, the one with the higher number goes first. 0 is usual; negative numbers go last."
      styles={NARROW}
      allowDecimal={false}
      value={draft.priority ?? 0}
      onChange={(priority) => set({ priority: Number(priority) || 0 })}
      {...field("priority")}
    />
  );
}
