import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../locales";
import { EMOJI } from "../model/emoji";

const COLUMNS = 8;

interface Props {
  choose: (emoji: string) => void;
  close: () => void;
}

/** A grid with one stop for Tab; arrows move in it. */
export function EmojiPicker({ choose, close }: Props) {
  const at = useSignal(0);
  const grid = useRef<HTMLFieldSetElement>(null);
  const cells = () => grid.current?.querySelectorAll<HTMLButtonElement>("button") ?? [];

  useEffect(() => {
    cells()[0]?.focus();
    const outside = (event: Event) => {
      const target = event.target as Element;
      if (!grid.current?.contains(target) && !target.closest?.(".emoji-button")) close();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);

  function keys(event: KeyboardEvent) {
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = {
      ArrowRight: forward,
      ArrowLeft: -forward,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
      Home: -at.value,
      End: EMOJI.length - 1 - at.value,
    }[event.key];
    if (step !== undefined) {
      at.value = Math.min(EMOJI.length - 1, Math.max(0, at.value + step));
      cells()[at.value]?.focus();
    } else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  return (
    <fieldset ref={grid} class="emoji" aria-label={t().emoji} onKeyDown={keys}>
      {EMOJI.map((emoji, n) => (
        <button
          key={emoji}
          type="button"
          tabIndex={n === at.value ? 0 : -1}
          onFocus={() => {
            at.value = n;
          }}
          onClick={() => choose(emoji)}
        >
          {emoji}
        </button>
      ))}
    </fieldset>
  );
}
