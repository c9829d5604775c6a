import type { Item, QuickReply, Thread } from "@linger/sdk";
import { Button, SegmentedControl, Textarea, Tooltip } from "@mantine/core";
import { IconBolt, IconLock, IconSend2 } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { formatNumber, toastRefusal, useReadable } from "../../kit";
import { shortcut } from "../actions/actions";
import { focusOn } from "../focus";
import { isOffered, nameOf } from "../lists";
import { useDesk } from "../model";
import type { Notes } from "../thread/notes";
import classes from "./composer.module.css";
import { readDraft, writeDraft } from "./drafts";
import { QuickReplies } from "./QuickReplies";
import { searchQuick, slashQuery } from "./quick";
import { uuid } from "./uuid";

const LIMIT = 8000;
/** From here on it is said how much room is left. */
const NEAR = 7000;

/** Writes to the customer, or a private note; each has a draft of its own. */
export function Composer({ item, thread, notes }: { item: Item; thread: Thread; notes: Notes }) {
  const desk = useDesk();
  const replies = desk.writes(item);
  const noteWanted = useReadable(desk.noteMode);
  const kind = noteWanted || !replies ? "note" : "reply";
  if (item.state === "closed" || isOffered(item, desk.agent)) {
    return (
      <div className={classes.closed}>
        {item.state === "closed"
          ? "It is closed: nothing can be added."
          : "Accept it to write; until then you read along."}
      </div>
    );
  }
  return (
    <Editor
      key={`${item.id}:${kind}`}
      item={item}
      thread={thread}
      notes={notes}
      kind={kind}
      replies={replies}
    />
  );
}

function Editor(props: {
  item: Item;
  thread: Thread;
  notes: Notes;
  kind: "reply" | "note";
  replies: boolean;
}) {
  const { item, thread, notes, kind, replies } = props;
  const desk = useDesk();
  const [text, setText] = useState(() => readDraft(desk.agent, item.id, kind));
  const [busy, setBusy] = useState(false);
  const [quick, setQuick] = useState<readonly QuickReply[] | null>(null);
  const [asked, setAsked] = useState(false);
  const [chosen, setChosen] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const note = kind === "note";
  const length = [...text].length;
  const over = length > LIMIT;
  const query =
    !note && quick !== null ? (asked ? (slashQuery(text) ?? "") : slashQuery(text)) : null;
  const found = query === null || quick === null ? [] : searchQuick(quick, query);
  const open = query !== null;

  useEffect(() => {
    const timer = setTimeout(() => writeDraft(desk.agent, item.id, kind, text), 250);
    return () => clearTimeout(timer);
  }, [desk, item.id, kind, text]);
  // What was typed in the last moment, too.
  const latest = useRef(text);
  latest.current = text;
  useEffect(
    () => () => writeDraft(desk.agent, item.id, kind, latest.current),
    [desk, item.id, kind],
  );

  async function loadQuick() {
    try {
      const answer = await desk.client.request("quick_replies", { conversation: item.id });
      setQuick(answer.quick_replies);
      setChosen(0);
    } catch (error) {
      setAsked(false);
      toastRefusal(error, "No quick replies");
    }
  }

  function change(next: string) {
    setText(next);
    setChosen(0);
    if (note) return;
    thread.setTyping(next.trim() !== "" && !next.startsWith("/"));
    if (slashQuery(next) !== null && slashQuery(text) === null) void loadQuick();
    if (next === "") setAsked(false);
  }

  function closeQuick() {
    setQuick(null);
    setAsked(false);
  }

  function insert(reply: QuickReply) {
    const ready = reply.text ?? "";
    const kept = slashQuery(text) === null && text ? `${text.trimEnd()}\n${ready}` : ready;
    setText(kept);
    closeQuick();
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(kept.length, kept.length);
    });
  }

  async function send() {
    const ready = text.trim();
    if (!ready || over || busy) return;
    if (!note) {
      thread.send(ready);
      setText("");
      writeDraft(desk.agent, item.id, kind, "");
      area.current?.focus();
      return;
    }
    setBusy(true);
    const client_id = uuid();
    try {
      const { number, at } = await desk.client.request("note", {
        conversation: item.id,
        client_id,
        text: ready,
      });
      notes.add([{ conversation: item.id, number, at, by: desk.agent, client_id, text: ready }]);
      setText("");
    } catch (error) {
      toastRefusal(error, "The note was not written");
    }
    setBusy(false);
    area.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    // Enter also ends a word of an input method.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (open && found.length > 0) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step) {
        event.preventDefault();
        setChosen((chosen + step + found.length) % found.length);
        return;
      }
      const reply = found[chosen];
      if ((event.key === "Enter" || event.key === "Tab") && reply) {
        event.preventDefault();
        insert(reply);
        return;
      }
    }
    if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      closeQuick();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void send();
    }
  }

  return (
    <div className={classes.composer}>
      {open && (
        <QuickReplies
          replies={found}
          chosen={chosen}
          any={(quick?.length ?? 0) > 0}
          onChoose={insert}
          onHover={setChosen}
        />
      )}
      <div className={classes.box} data-note={note || undefined}>
        <Textarea
          ref={area}
          data-place="composer"
          data-of={`${item.id}:${kind}`}
          variant="unstyled"
          px={12}
          pt={2}
          autosize
          minRows={note ? 2 : 1}
          maxRows={10}
          aria-label={note ? "Private note" : "Reply"}
          placeholder={
            note
              ? "A note that only the company sees"
              : `Write to ${nameOf(item)}; / for quick replies`
          }
          value={text}
          aria-controls={open ? "quick-replies" : undefined}
          aria-activedescendant={open && found[chosen] ? `quick-${found[chosen].id}` : undefined}
          error={over ? `At most ${formatNumber(LIMIT)} characters.` : undefined}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={() => thread.setTyping(false)}
        />
        <div className={classes.bar}>
          {replies ? (
            <Tooltip label={shortcut("N")}>
              <SegmentedControl
                size="xs"
                aria-label="What is written"
                value={kind}
                onChange={(next) => {
                  desk.noteMode.set(next === "note");
                  focusOn("composer", `${item.id}:${next}`);
                }}
                data={[
                  { value: "reply", label: "Reply" },
                  { value: "note", label: "Note" },
                ]}
              />
            </Tooltip>
          ) : (
            <span className={classes.count}>Only the company sees it.</span>
          )}
          {!note && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label="Quick replies"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                if (open) {
                  closeQuick();
                  return;
                }
                setAsked(true);
                void loadQuick();
                area.current?.focus();
              }}
            >
              <IconBolt size={16} aria-hidden />
              <span className={classes.label}>Quick replies</span>
            </Button>
          )}
          <span className={classes.space} />
          {length > NEAR && (
            <span className={classes.count} data-over={over || undefined}>
              {formatNumber(LIMIT - length)}
            </span>
          )}
          <Button
            size="compact-md"
            color={note ? "yellow" : "accent"}
            disabled={!text.trim() || over}
            loading={busy}
            rightSection={
              note ? <IconLock size={16} aria-hidden /> : <IconSend2 size={16} aria-hidden />
            }
            onClick={() => void send()}
          >
            {note ? "Add note" : "Send"}
          </Button>
        </div>
      </div>
    </div>
  );
}
