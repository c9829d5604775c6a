import { MultiSelect, TextInput } from "@mantine/core";
import { IconMessageBolt } from "@tabler/icons-react";
import { useRoute } from "wouter";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { queueOptions } from "../options";
import { list, text } from "../parts/clean";
import { ObjectMenu } from "../parts/DeleteButton";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { ListPage } from "../parts/ListPage";
import { languageName, readTexts, textFor } from "../parts/languages";
import { IdField, type ObjectEditorProps, ObjectRoute, useObjectEditor } from "../parts/object";
import { Section } from "../parts/Section";
import { TextsEditor } from "../parts/TextsEditor";
import { idOf } from "../routes";
import type { QuickReply } from "../types";
import { placeholdersFor } from "../workstreams/messages";

export function ReplyRoutes() {
  const [one, params] = useRoute("/quick-replies/:id");
  if (!one) return <ReplyList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="quick_replies"
      id={id === "new" ? undefined : id}
      template={(): QuickReply => ({ text: "" })}
      Editor={ReplyEditor}
    />
  );
}

function ReplyList() {
  const { file } = useConfig();
  const rows = Object.entries(file.quick_replies ?? {}).map(([id, reply]) => ({
    id,
    name: reply.title ?? id,
    to: objectPath("quick_replies", id),
    reply,
  }));
  return (
    <ListPage
      title="Quick replies"
      noun="quick reply"
      lead="Sentences that agents say often. They insert them in the customer's language, with names filled in."
      rows={rows}
      newTo="/quick-replies/new"
      icon={<IconMessageBolt size={20} />}
      empty="Write a greeting or a thank-you once, in every language your customers speak."
      columns={[
        { label: "Text", show: ({ reply }) => textFor(reply.text, "en") },
        {
          label: "Languages",
          wide: true,
          show: ({ reply }) =>
            readTexts(reply.text)
              .map(([tag]) => (tag === "*" ? "all" : tag))
              .join(", "),
        },
        {
          label: "Queues",
          wide: true,
          show: ({ reply }) =>
            reply.queues?.map((id) => file.queues[id]?.name ?? id).join(", ") || "All",
        },
      ]}
    />
  );
}

const clean = (reply: QuickReply): QuickReply => ({
  ...reply,
  title: text(reply.title),
  queues: list(reply.queues),
});

function ReplyEditor(props: ObjectEditorProps<"quick_replies">) {
  const editor = useObjectEditor("quick_replies", props, clean);
  return (
    <EditorPage
      editor={editor}
      title={props.fresh ? "New quick reply" : (editor.draft.title ?? props.id)}
      back={{ to: "/quick-replies", label: "Quick replies" }}
      onReload={props.onReload}
      actions={
        !props.fresh && (
          <ObjectMenu
            kind="quick_replies"
            id={props.id}
            effect="Agents cannot insert it any more. Messages that were sent with it stay."
          />
        )
      }
    >
      <Section title="Reply" help="Agents find it by its title, with “/” in the reply field.">
        <Fields editor={editor} />
      </Section>
    </EditorPage>
  );
}

function Fields({ editor }: { editor: ReturnType<typeof useObjectEditor<"quick_replies">> }) {
  const { file } = useConfig();
  const field = useFields();
  const { draft, set } = editor;
  const languages = readTexts(draft.text).map(([tag]) => tag);
  return (
    <>
      <TextInput
        label="Title"
        placeholder={editor.id}
        value={draft.title ?? ""}
        onChange={(event) => {
          editor.nameChanged(event.currentTarget.value);
          set({ title: event.currentTarget.value });
        }}
        {...field("title")}
      />
      <IdField editor={editor} description="How the company file names it. It stays as it is." />
      <TextsEditor
        label="Text"
        description={
          languages.length > 0 && !languages.includes("*")
            ? `Customers who read none of ${languages.map(languageName).join(", ")} get the first that fits their company's language.`
            : "What is inserted; {agent} is whoever inserts it."
        }
        lines={3}
        required
        place="text"
        value={draft.text === "" ? undefined : draft.text}
        placeholders={placeholdersFor(["agent"])}
        onChange={(texts) => set({ text: texts ?? "" })}
      />
      <MultiSelect
        label="Queues"
        description="For conversations of these queues only."
        placeholder={draft.queues?.length ? undefined : "All queues"}
        data={queueOptions(file)}
        value={draft.queues ?? []}
        onChange={(queues) => set({ queues })}
        hidePickedOptions
        {...field("queues")}
      />
    </>
  );
}
