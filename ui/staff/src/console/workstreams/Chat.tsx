import { Select, Switch, TextInput } from "@mantine/core";
import { useConfig } from "../config";
import { queueOptions, withValue } from "../options";
import { useFields } from "../parts/fields";
import { LanguageSelect } from "../parts/LanguageSelect";
import { IdField, type useObjectEditor } from "../parts/object";
import { forMode } from "./messages";

/** The first things to decide: where an admin of other systems looks for them. */
export function Chat({ editor }: { editor: ReturnType<typeof useObjectEditor<"workstreams">> }) {
  const { draft, set } = editor;
  const { file } = useConfig();
  const field = useFields();
  const persistent = draft.mode === "persistent";
  return (
    <>
      <TextInput
        label="Name"
        description="What colleagues call it."
        placeholder={editor.id}
        value={draft.name ?? ""}
        onChange={(event) => {
          editor.nameChanged(event.currentTarget.value);
          set({ name: event.currentTarget.value });
        }}
        {...field("name")}
      />
      <IdField
        editor={editor}
        description="How the company file, widgets and the API name it. It stays as it is."
      />
      <Switch
        label="Make chats persistent"
        description="On: the conversation stays open for days, customers find its history again on every device, and only agents end it. Off: live chat, both sides are there, and it ends when the customer leaves. It is fixed once the workstream has had a conversation."
        checked={persistent}
        onChange={(event) =>
          set(forMode(draft, event.currentTarget.checked ? "persistent" : "live"))
        }
        {...field("mode")}
      />
      <Switch
        label="Keep same agent for the entire conversation"
        description={
          persistent
            ? "A customer who comes back meets the agent they know. Off: whoever has room."
            : "Only for persistent chats: a live chat that ended does not come back."
        }
        checked={persistent && draft.keep_same_agent !== false}
        disabled={!persistent}
        onChange={(event) => set({ keep_same_agent: event.currentTarget.checked })}
        {...field("keep_same_agent")}
      />
      <Switch
        label="Prefer the last agent for new conversations"
        description="A new conversation of a customer goes to whoever had their last one, if they have room."
        checked={draft.prefer_last_agent ?? false}
        onChange={(event) => set({ prefer_last_agent: event.currentTarget.checked })}
        {...field("prefer_last_agent")}
      />
      {persistent && (
        <Switch
          label="Customers without an account"
          description="Customers who have not signed in on your page are known by their device. Switching it off ends every device of this workstream; its conversations stay."
          checked={draft.device_identity ?? false}
          onChange={(event) => set({ device_identity: event.currentTarget.checked })}
          {...field("device_identity")}
        />
      )}
      <Switch
        label="Takes new conversations"
        description="Off: nothing new starts here. What is running goes on."
        checked={draft.enabled ?? true}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
        {...field("enabled")}
      />
      <Select
        label="Default queue"
        description="Where conversations go that no routing rule sends elsewhere."
        required
        data={withValue(queueOptions(file), draft.default_queue)}
        value={draft.default_queue || null}
        allowDeselect={false}
        onChange={(queue) => queue && set({ default_queue: queue })}
        nothingFoundMessage="There is no queue yet; make one first."
        {...field("default_queue")}
      />
      <LanguageSelect
        label="Language"
        description="For customers who speak none that texts exist in."
        placeholder="The company's"
        value={draft.locale}
        onChange={(locale) => set({ locale })}
        place="locale"
      />
    </>
  );
}
