import type { Item } from "@linger/sdk";
import { Autocomplete, Pill } from "@mantine/core";
import { useState } from "react";
import { useReadable } from "../../kit";
import { ask } from "../actions/actions";
import { useDesk } from "../model";
import classes from "./panel.module.css";

/** The tags, each to be taken off, and a field for more. */
export function Tags({ item, edits }: { item: Item; edits: boolean }) {
  const desk = useDesk();
  const used = useReadable(desk.store.tags);
  const [text, setText] = useState("");
  const tags = item.tags ?? [];

  const change = (fields: { add?: string[]; remove?: string[] }) =>
    ask({ desk }, "tag", { conversation: item.id, ...fields }, "The tags are as they were");

  async function add(raw: string) {
    const tag = raw.trim().toLowerCase();
    setText("");
    if (tag && !tags.includes(tag) && !(await change({ add: [tag] }))) setText(raw);
  }

  return (
    <>
      {tags.length > 0 && (
        <div className={classes.tags}>
          {tags.map((tag) => (
            <Pill
              key={tag}
              withRemoveButton={edits}
              onRemove={() => void change({ remove: [tag] })}
              removeButtonProps={{
                "aria-label": `Remove the tag ${tag}`,
                "aria-hidden": false,
                tabIndex: 0,
              }}
            >
              {tag}
            </Pill>
          ))}
        </div>
      )}
      {edits && tags.length < 20 && (
        <Autocomplete
          size="xs"
          aria-label="Add a tag"
          placeholder="Add a tag"
          maxLength={50}
          limit={8}
          data={used.filter((each) => !tags.includes(each))}
          value={text}
          onChange={setText}
          onOptionSubmit={(tag) => void add(tag)}
          onKeyDown={(e) => {
            if (e.key !== "Enter" || e.nativeEvent.isComposing || e.defaultPrevented) return;
            e.preventDefault();
            void add(text);
          }}
        />
      )}
      {!edits && tags.length === 0 && <div className={classes.dim}>None</div>}
    </>
  );
}
