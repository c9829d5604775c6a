import { ObjectMenu } from "../parts/DeleteButton";
import { EditorPage } from "../parts/EditorPage";
import { type ObjectEditorProps, useObjectEditor } from "../parts/object";
import { Section } from "../parts/Section";
import type { Workstream } from "../types";
import { Chat } from "./Chat";
import { clean } from "./clean";
import { Distribution } from "./Distribution";
import { MessagesFields } from "./MessagesFields";
import { Returning } from "./Returning";
import { Routing } from "./Routing";
import { TimeoutRules } from "./TimeoutRules";
import { TimerFields } from "./TimerFields";
import { TryOut } from "./TryOut";
import { WrapUp } from "./WrapUp";

/** What every part of the editor is given. */
export interface Part {
  draft: Workstream;
  set: (patch: Partial<Workstream>) => void;
}

export function WorkstreamEditor(props: ObjectEditorProps<"workstreams">) {
  const editor = useObjectEditor("workstreams", props, clean);
  const { draft, set } = editor;
  const part: Part = { draft, set };
  const persistent = draft.mode === "persistent";
  return (
    <EditorPage
      editor={editor}
      title={props.fresh ? "New workstream" : (draft.name ?? props.id)}
      back={{ to: "/workstreams", label: "Workstreams" }}
      onReload={props.onReload}
      actions={
        !props.fresh && (
          <ObjectMenu
            kind="workstreams"
            id={props.id}
            effect="A workstream with conversations that are not closed stays: switch it off first, so that it takes nothing new, and delete it when the last one is closed."
          />
        )
      }
    >
      <Section title="Chat" help="What kind of chat it is. Everything below follows from that.">
        <Chat editor={editor} />
      </Section>
      <Section
        title="Distribution"
        help="How conversations come to agents, and what one costs of an agent's capacity."
      >
        <Distribution {...part} />
      </Section>
      {persistent && draft.keep_same_agent && (
        <Section
          title="When a customer comes back"
          help="The conversation belongs to its agent. These say what happens when they cannot take it at once."
        >
          <Returning {...part} />
        </Section>
      )}
      <Section
        title="Wrap-up"
        help="After a conversation was ended, its agent can still write notes and tags before it is closed."
      >
        <WrapUp {...part} />
      </Section>
      <Section
        title="Closing and other timers"
        help="A changed length holds at once, also for conversations that sleep: what would be over by then is over now."
      >
        <TimerFields {...part} />
      </Section>
      <Section
        title="Routing rules"
        help="Looked at in order; the first whose conditions all hold decides the queue. When none holds, the default queue does."
      >
        <Routing {...part} />
      </Section>
      {persistent && (
        <Section
          title="Timeout rules"
          help="What happens by itself when one side is silent for too long. Each is carried out once in a silence."
        >
          <TimeoutRules {...part} />
        </Section>
      )}
      <Section
        title="System messages"
        help="What customers read between the lines of people. Texts that you do not write are said in the customer's language where linger speaks it: English, German, Spanish, French, Galician and Portuguese."
      >
        <MessagesFields
          mode={draft.mode}
          value={draft.messages}
          onChange={(messages) => set({ messages })}
        />
      </Section>
      {!props.fresh && (
        <Section
          title="Try it out"
          help="What would happen to a conversation that starts now. Nothing is started, and nobody sees it. It looks at what is saved."
        >
          <TryOut workstream={props.id} unsaved={editor.dirty} />
        </Section>
      )}
    </EditorPage>
  );
}
