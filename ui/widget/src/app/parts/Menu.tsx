import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../locales";
import * as host from "../model/host";
import { setSound, soundOn } from "../model/sound";
import { Icon } from "./icons";

export function Menu({ onEnd }: { onEnd?: () => void }) {
  const words = t();
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  useEffect(() => {
    if (!open.value) return;
    items()[0]?.focus();
    const outside = (event: Event) => {
      if (
        !list.current?.contains(event.target as Node) &&
        !button.current?.contains(event.target as Node)
      )
        open.value = false;
    };
    const left = () => {
      open.value = false;
    };
    document.addEventListener("pointerdown", outside);
    window.addEventListener("blur", left);
    return () => {
      document.removeEventListener("pointerdown", outside);
      window.removeEventListener("blur", left);
    };
  }, [open.value]);

  function shut() {
    open.value = false;
    button.current?.focus();
  }
  function keys(event: KeyboardEvent) {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (to !== undefined) all[to]?.focus();
    else if (event.key === "Escape") shut();
    else if (event.key === "Tab") {
      open.value = false;
      return;
    } else return;
    event.preventDefault();
  }

  const permission = host.permission.value;
  return (
    <div class="menu">
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={words.more}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        <Icon name="more" />
      </button>
      {open.value && (
        <div ref={list} class="menu-list" role="menu" aria-label={words.more} onKeyDown={keys}>
          <button
            type="button"
            role="menuitemcheckbox"
            aria-checked={soundOn.value}
            tabIndex={-1}
            onClick={() => setSound(!soundOn.value)}
          >
            {words.sound}
            {soundOn.value && <Icon name="check" size={16} />}
          </button>
          {permission === "default" && (
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                host.tell({ type: "notify" });
                shut();
              }}
            >
              {words.notices}
            </button>
          )}
          {(permission === "granted" || permission === "denied") && (
            <p class="menu-note" role="presentation">
              {permission === "granted" ? words.noticesOn : words.noticesDenied}
            </p>
          )}
          {onEnd && (
            <button
              type="button"
              role="menuitem"
              class="danger"
              tabIndex={-1}
              onClick={() => {
                open.value = false;
                onEnd();
              }}
            >
              {words.end}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
