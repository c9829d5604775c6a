import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../locales";
import { forgotten, keyOf, session, whose } from "../model/app";
import * as host from "../model/host";
import { kept } from "../model/kept";
import { Icon } from "./icons";

/** As the server counts: characters, not units of the encoding. */
const LENGTH_MAX = 8_000;
const TOLD_FROM = 7_500;

type Picker = ComponentType<{ choose: (emoji: string) => void; close: () => void }>;

export function Composer() {
  const words = t();
  const s = session.value;
  const text = useSignal("");
  const Emoji = useSignal<Picker | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  // A draft is kept until it is sent, and belongs to whoever wrote it.
  const owner = whose.value;
  useLayoutEffect(() => {
    text.value = kept.get(keyOf("draft")) ?? "";
  }, [owner, s, forgotten.value]);
  function write(next: string) {
    text.value = next;
    kept.put(keyOf("draft"), next || null);
    s?.current.peek()?.thread.setTyping(next.trim() !== "");
  }

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 144)}px`;
  }, [text.value]);

  // On a phone focus would bring up the keyboard before anything was read.
  const shown = host.panelOpen.value;
  useEffect(() => {
    if (!shown) return;
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
    else document.querySelector("h1")?.focus({ preventScroll: true });
  }, [shown]);

  const count = text.value.length > TOLD_FROM ? [...text.value].length : text.value.length;
  const over = count > LENGTH_MAX;
  const ready = text.value.trim() !== "" && !over;

  function send() {
    if (!ready || !s) return;
    s.client.send(text.value.trim());
    s.current.peek()?.thread.setTyping(false);
    write("");
    field.current?.focus();
  }
  function keys(event: KeyboardEvent) {
    // Enter that ends a word of an input method is not meant for us; 229 is what Safari says.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229)
      return;
    event.preventDefault();
    send();
  }
  async function toggleEmoji() {
    if (Emoji.value) return closeEmoji();
    const { EmojiPicker } = await import("./EmojiPicker");
    Emoji.value = EmojiPicker;
  }
  function closeEmoji() {
    Emoji.value = null;
    field.current?.focus();
  }
  function insert(emoji: string) {
    const area = field.current;
    const from = area?.selectionStart ?? text.value.length;
    const to = area?.selectionEnd ?? from;
    write(text.value.slice(0, from) + emoji + text.value.slice(to));
    closeEmoji();
    // After the field has the new text.
    requestAnimationFrame(() => area?.setSelectionRange(from + emoji.length, from + emoji.length));
  }

  const Open = Emoji.value;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {Open && <Open choose={insert} close={closeEmoji} />}
      {count > TOLD_FROM && (
        <p class={`count${over ? " over" : ""}`} id="count" role="status">
          {over ? words.tooLong(count - LENGTH_MAX) : words.left(LENGTH_MAX - count)}
        </p>
      )}
      <div class="composer-box">
        <button
          type="button"
          class="icon-button emoji-button"
          aria-label={words.emoji}
          aria-expanded={Open !== null}
          onClick={toggleEmoji}
        >
          <Icon name="smile" />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text.value}
          placeholder={words.write}
          aria-label={words.write}
          aria-invalid={over}
          aria-describedby={count > TOLD_FROM ? "count" : undefined}
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={keys}
        />
        <button type="submit" class="send" aria-label={words.send} aria-disabled={!ready}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
