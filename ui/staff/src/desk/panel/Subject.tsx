import type { Item } from "@linger/sdk";
import { TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { ask } from "../actions/actions";
import { useDesk } from "../model";
import classes from "./panel.module.css";

/** One line that says what it is about; Enter or leaving the field keeps it, Escape does not. */
export function Subject({ item, edits }: { item: Item; edits: boolean }) {
  const desk = useDesk();
  const [text, setText] = useState(item.subject ?? "");
  const [busy, setBusy] = useState(false);
  const given = useRef(false);

  if (!edits) return <div className={classes.dim}>{item.subject ?? "None"}</div>;

  async function save() {
    const subject = text.trim();
    if (given.current || subject === "" || subject === (item.subject ?? "")) {
      given.current = false;
      setText(item.subject ?? "");
      return;
    }
    setBusy(true);
    const done = await ask(
      { desk },
      "subject",
      { conversation: item.id, subject },
      "The subject is as it was",
    );
    setBusy(false);
    if (!done) setText(item.subject ?? "");
  }

  return (
    <TextInput
      size="xs"
      aria-label="Subject"
      placeholder="What it is about"
      maxLength={200}
      value={text}
      disabled={busy}
      onChange={(e) => setText(e.currentTarget.value)}
      onBlur={() => void save()}
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return;
        if (e.key === "Escape") given.current = true;
        if (e.key === "Enter" || e.key === "Escape") e.currentTarget.blur();
      }}
    />
  );
}
