import { MultiSelect, NumberInput, Radio, Stack, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "wouter";
import { useSession } from "../../kit";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { queueOptions } from "../options";
import { text } from "../parts/clean";
import { ObjectMenu } from "../parts/DeleteButton";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { NARROW } from "../parts/narrow";
import { IdField, type ObjectEditorProps, useObjectEditor } from "../parts/object";
import { SecretDialog } from "../parts/SecretDialog";
import { Section } from "../parts/Section";
import type { Agent, Role } from "../types";
import { SignIn } from "./SignIn";

const ROLES: { value: Role; label: string; help: string }[] = [
  { value: "agent", label: "Agent", help: "Has conversations and works in queues." },
  {
    value: "supervisor",
    label: "Supervisor",
    help: "Also sees all conversations and the floor, assigns, and ends sessions and devices.",
  },
  { value: "admin", label: "Admin", help: "Also changes everything in this console." },
];

const clean = (agent: Agent): Agent => ({
  ...agent,
  name: text(agent.name),
  display_name: text(agent.display_name),
  // The order of the queues says nothing.
  queues: [...(agent.queues ?? [])].sort(),
});

export function AgentEditor(props: ObjectEditorProps<"agents">) {
  const session = useSession();
  const [, navigate] = useLocation();
  const [made, setMade] = useState<{ agent: string; secret: string } | null>(null);
  const editor = useObjectEditor("agents", props, clean, (agent, secret) =>
    setMade({ agent, secret }),
  );
  const { draft } = editor;
  const own = session.agent === props.id;
  return (
    <>
      <EditorPage
        editor={editor}
        title={props.fresh ? "New agent" : (draft.name ?? draft.display_name ?? props.id)}
        back={{ to: "/agents", label: "Agents" }}
        onReload={props.onReload}
        actions={
          !props.fresh && (
            <ObjectMenu
              kind="agents"
              id={props.id}
              effect="They are signed out at once. What they have goes back to the queue, ahead of conversations that come new. To keep the person for later, disable them instead."
            />
          )
        }
      >
        <Section
          title="Person"
          help={own ? "This is you." : "Who they are to customers and colleagues."}
        >
          <Person editor={editor} />
        </Section>
        <Section title="Work" help="How much they take at once, and of which queues.">
          <Work editor={editor} />
        </Section>
        <Section
          title="Role"
          help="What they may do; each role includes the one before. Whoever's role changes is signed out at once."
        >
          <RoleField editor={editor} />
        </Section>
        {!props.fresh && (
          <Section
            title="Signing in"
            help="These take effect at once; they are not part of what is saved below. No password or secret is ever shown again."
          >
            <SignIn agent={props.id} />
          </Section>
        )}
      </EditorPage>
      <SecretDialog
        title={`${made?.agent} is added`}
        label="Sign-in secret"
        secret={made && `${made.agent}:${made.secret}`}
        onClose={() => {
          const agent = made?.agent ?? "";
          setMade(null);
          navigate(objectPath("agents", agent), { replace: true });
        }}
      >
        With it they choose their first password, or programs act in their name. It is shown this
        once. You can also set a password for them on the next page.
      </SecretDialog>
    </>
  );
}

type AgentForm = ReturnType<typeof useObjectEditor<"agents">>;

function Person({ editor }: { editor: AgentForm }) {
  const field = useFields();
  const { draft, set } = editor;
  return (
    <>
      <TextInput
        label="Display name"
        description="What customers see, such as Anna."
        placeholder={editor.id}
        value={draft.display_name ?? ""}
        onChange={(event) => {
          editor.nameChanged(event.currentTarget.value);
          set({ display_name: event.currentTarget.value });
        }}
        {...field("display_name")}
      />
      <IdField
        editor={editor}
        description="What they sign in with, and what the company file and the API call them. It stays as it is."
      />
      <TextInput
        label="Full name"
        description="What colleagues see."
        placeholder={draft.display_name || editor.id}
        value={draft.name ?? ""}
        onChange={(event) => set({ name: event.currentTarget.value })}
        {...field("name")}
      />
      <Switch
        label="Enabled"
        description="Off: they are signed out at once and cannot sign in; what they have goes to the queues."
        checked={draft.enabled ?? true}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
        {...field("enabled")}
      />
    </>
  );
}

function Work({ editor }: { editor: AgentForm }) {
  const field = useFields();
  const { file } = useConfig();
  const { draft, set } = editor;
  return (
    <>
      <NumberInput
        label="Capacity"
        description="Units: how many conversations at once, where one costs one unit. Fewer than they have now takes nothing away; they are offered nothing until there is room."
        styles={NARROW}
        min={0}
        allowDecimal={false}
        value={draft.capacity}
        onChange={(capacity) => set({ capacity: Number(capacity) || 0 })}
        {...field("capacity")}
      />
      <MultiSelect
        label="Queues"
        placeholder={draft.queues?.length ? undefined : "Choose queues"}
        data={queueOptions(file)}
        value={draft.queues ?? []}
        onChange={(queues) => set({ queues })}
        searchable
        hidePickedOptions
        nothingFoundMessage="No queue is called that."
        {...field("queues")}
      />
    </>
  );
}

function RoleField({ editor }: { editor: AgentForm }) {
  const field = useFields();
  const { draft, set } = editor;
  return (
    <Radio.Group
      label="May do what"
      value={draft.role ?? "agent"}
      onChange={(role) => set({ role: role as Role })}
      {...field("role")}
    >
      <Stack gap={12} mt={8}>
        {ROLES.map((each) => (
          <Radio key={each.value} value={each.value} label={each.label} description={each.help} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
