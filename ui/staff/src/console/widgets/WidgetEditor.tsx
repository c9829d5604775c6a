import { MultiSelect, Select, Switch, TagsInput, Text } from "@mantine/core";
import { useState } from "react";
import { useConfig } from "../config";
import { authenticationOptions, withValue, workstreamOptions } from "../options";
import { list, object, text } from "../parts/clean";
import { ObjectMenu } from "../parts/DeleteButton";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { LanguageSelect } from "../parts/LanguageSelect";
import { IdField, type ObjectEditorProps, useObjectEditor } from "../parts/object";
import { Section } from "../parts/Section";
import { TextsEditor } from "../parts/TextsEditor";
import type { Widget } from "../types";
import { MessagesFields } from "../workstreams/MessagesFields";
import { Look } from "./Look";
import { Preview } from "./Preview";
import { Questions } from "./Questions";
import { Snippet } from "./Snippet";

function clean(widget: Widget): Widget {
  const messages = Object.entries(widget.messages ?? {}).filter(([, said]) => said !== undefined);
  const names = [widget.authentication ?? []].flat();
  return {
    ...widget,
    locale: text(widget.locale),
    allowed_origins: list(widget.allowed_origins),
    authentication: names.length > 1 ? [...names].sort() : names[0],
    look: object({ ...widget.look, accent: text(widget.look?.accent) }),
    offline: object(widget.offline),
    pre_chat: list(widget.pre_chat)?.map((question) => ({
      ...question,
      options: question.kind === "choice" || !question.kind ? list(question.options) : undefined,
    })),
    messages: messages.length > 0 ? Object.fromEntries(messages) : undefined,
  };
}

export function WidgetEditor(props: ObjectEditorProps<"widgets">) {
  const { file } = useConfig();
  const editor = useObjectEditor("widgets", props, clean);
  const { draft, set } = editor;
  const [locale, setLocale] = useState("en");
  const workstream = file.workstreams[draft.workstream];
  const mode = workstream?.mode ?? "persistent";
  return (
    <EditorPage
      editor={editor}
      title={props.fresh ? "New widget" : props.id}
      back={{ to: "/widgets", label: "Widgets" }}
      onReload={props.onReload}
      aside={
        <Preview
          id={props.fresh ? null : props.id}
          widget={draft}
          mode={mode}
          locale={locale}
          onLocale={setLocale}
          unsaved={editor.dirty}
        />
      }
      actions={
        !props.fresh && (
          <ObjectMenu
            kind="widgets"
            id={props.id}
            effect="Pages that have its snippet show no chat any more. Conversations that began there go on."
          />
        )
      }
    >
      <Section title="Widget" help="Where its conversations go.">
        <Basics editor={editor} />
      </Section>
      {!props.fresh && (
        <Section
          title="Snippet"
          help="Paste this before the end of the body of each page on which the chat should be."
        >
          <Snippet id={props.id} signedIn={!!draft.authentication} />
        </Section>
      )}
      <Section title="Look" help="How it shows itself; the preview follows while you write.">
        <Look draft={draft} set={set} />
      </Section>
      <Section
        title="Customers"
        help="From which pages the chat may be opened, and how its customers prove who they are."
      >
        <Customers editor={editor} />
      </Section>
      <Section
        title="Questions before the chat"
        help="Asked once, before a conversation starts; at most ten. The answers are values that routing rules look at and agents see."
      >
        <Questions questions={draft.pre_chat ?? []} onChange={(pre_chat) => set({ pre_chat })} />
      </Section>
      {mode === "live" && (
        <Section
          title="While you are closed"
          help="Live chat is refused outside hours; this is what customers see then."
        >
          <TextsEditor
            label="Title"
            place="offline.title"
            value={draft.offline?.title}
            onChange={(title) => set({ offline: { ...draft.offline, title } })}
          />
          <TextsEditor
            label="Text"
            lines={2}
            place="offline.text"
            placeholders={[{ insert: "{opens_at}", what: "The next opening" }]}
            value={draft.offline?.text}
            onChange={(said) => set({ offline: { ...draft.offline, text: said } })}
          />
        </Section>
      )}
      <Section
        title="System messages"
        help="Written differently here than in the workstream. What you do not write is as there."
      >
        <MessagesFields
          mode={mode}
          over={workstream?.messages ?? {}}
          value={draft.messages}
          onChange={(messages) => set({ messages })}
        />
      </Section>
    </EditorPage>
  );
}

type WidgetForm = ReturnType<typeof useObjectEditor<"widgets">>;

function Basics({ editor }: { editor: WidgetForm }) {
  const { file } = useConfig();
  const field = useFields();
  const { draft, set } = editor;
  return (
    <>
      <IdField
        editor={editor}
        description="What the snippet and routing rules call it, such as shop. It stays as it is."
      />
      <Select
        label="Workstream"
        description="How its conversations are handled."
        required
        data={withValue(workstreamOptions(file), draft.workstream)}
        value={draft.workstream || null}
        allowDeselect={false}
        onChange={(workstream) => workstream && set({ workstream })}
        {...field("workstream")}
      />
      <Switch
        label="Takes new conversations"
        description="Off: customers cannot start here. What is running goes on."
        checked={draft.enabled ?? true}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
        {...field("enabled")}
      />
      <LanguageSelect
        label="Language"
        description="Of customers whose page says none."
        placeholder="The workstream's"
        value={draft.locale}
        onChange={(locale) => set({ locale })}
        place="locale"
      />
    </>
  );
}

function Customers({ editor }: { editor: WidgetForm }) {
  const { file } = useConfig();
  const field = useFields();
  const { draft, set } = editor;
  const names = [draft.authentication ?? []].flat();
  const options = names.reduce(withValue, authenticationOptions(file));
  const device = file.workstreams[draft.workstream]?.device_identity;
  return (
    <>
      <TagsInput
        label="Allowed origins"
        description="Scheme and host of each page, such as https://shop.example.com. Empty: any page may open it."
        placeholder={draft.allowed_origins?.length ? undefined : "https://…, then Enter"}
        acceptValueOnBlur
        value={draft.allowed_origins ?? []}
        onChange={(allowed_origins) => set({ allowed_origins })}
        {...field("allowed_origins")}
      />
      <MultiSelect
        label="Authentication"
        description="It then takes no customers of other settings, and neither does its workstream, unless another widget of it does."
        placeholder={names.length > 0 ? undefined : "Any setting"}
        data={options}
        value={names}
        onChange={(authentication) => set({ authentication })}
        {...field("authentication")}
      />
      <Text size="sm" c="dimmed">
        {device
          ? "Customers who have not signed in are known by their device; the workstream allows it."
          : "Customers must be signed in on your page. To let others in too, switch on “Customers without an account” in the workstream."}
      </Text>
    </>
  );
}
