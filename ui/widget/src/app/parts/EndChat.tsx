import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../locales";
import { session } from "../model/app";

/** Ending a live chat cannot be undone, so it is asked. */
export function EndChat({ done }: { done: () => void }) {
  const words = t();
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  const refusal = useSignal("");
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  async function end() {
    busy.value = true;
    try {
      await session.value?.client.end();
      dialog.current?.close();
    } catch (error) {
      refusal.value = (error as Error).message;
      busy.value = false;
    }
  }
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="end-title"
      aria-describedby="end-text"
      onClose={done}
      onKeyDown={(event) => {
        // The browser closes the dialog; the panel stays.
        if (event.key === "Escape") event.stopPropagation();
      }}
    >
      <h2 id="end-title">{words.endAsk}</h2>
      <p id="end-text">{words.endText}</p>
      {refusal.value && (
        <p class="refusal" role="alert">
          {refusal.value}
        </p>
      )}
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {words.cancel}
        </button>
        <button type="button" class="button danger" disabled={busy.value} onClick={end}>
          {words.end}
        </button>
      </div>
    </dialog>
  );
}
