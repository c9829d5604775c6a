import type { PreChatQuestion, Refusal } from "@linger/sdk";
import { useSignal } from "@preact/signals";
import { t } from "../locales";
import { answered, questions, refusedUntil, session } from "../model/app";
import * as host from "../model/host";

const MESSAGE = "message";

/** The questions before a new conversation, with its first message. The server checks the answers. */
export function PreChat() {
  const words = t();
  const busy = useSignal(false);
  const refusal = useSignal("");
  /** What the server says about a question, by its key. */
  const faults = useSignal<Record<string, string>>({});

  async function start(event: SubmitEvent) {
    event.preventDefault();
    const s = session.value;
    if (!s || busy.value) return;
    const form = event.currentTarget as HTMLFormElement;
    const given: Record<string, string> = {};
    let text = "";
    for (const [key, value] of new FormData(form)) {
      if (key === MESSAGE) text = String(value).trim();
      else if (String(value).trim()) given[key.slice(2)] = String(value).trim();
    }
    busy.value = true;
    refusal.value = "";
    faults.value = {};
    try {
      await s.client.start({ ...host.context, ...given }, text || undefined);
      answered(given);
    } catch (error) {
      const said = error as Refusal;
      const found: Record<string, string> = {};
      for (const problem of said.problems ?? []) {
        const [, key, why] = /^([^:]+): (.*)$/s.exec(String(problem)) ?? [];
        if (key && why) found[key] = why.charAt(0).toUpperCase() + why.slice(1);
      }
      faults.value = found;
      if (said.code === "outside_hours") refusedUntil.value = { opensAt: said.opensAt };
      if (Object.keys(found).length === 0) refusal.value = said.message;
      // The first answer that is in the way.
      const first = questions.peek()?.find((q) => found[q.key]);
      if (first) form.querySelector<HTMLElement>(`[name="q:${CSS.escape(first.key)}"]`)?.focus();
    } finally {
      busy.value = false;
    }
  }

  return (
    <form class="prechat" onSubmit={start} noValidate>
      <h2>{words.before}</h2>
      {questions.value?.map((question) => (
        <Question key={question.key} question={question} fault={faults.value[question.key]} />
      ))}
      <label class="field">
        <span>
          {words.yourMessage} <small>({words.optional})</small>
        </span>
        <textarea name={MESSAGE} rows={3} dir="auto" maxLength={8000} />
      </label>
      {refusal.value && (
        <p class="refusal" role="alert">
          {refusal.value}
        </p>
      )}
      <button type="submit" class="button primary" aria-disabled={busy.value}>
        {words.start}
      </button>
    </form>
  );
}

function Question({ question, fault }: { question: PreChatQuestion; fault?: string }) {
  const words = t();
  const { key, label, kind, required, options } = question;
  const shared = {
    id: `q-${key}`,
    name: `q:${key}`,
    "aria-required": required,
    "aria-invalid": fault !== undefined,
    "aria-describedby": fault ? `fault-${key}` : undefined,
  };
  return (
    <div class="field">
      <label for={`q-${key}`}>
        {label} {!required && <small>({words.optional})</small>}
      </label>
      {kind === "choice" ? (
        <select {...shared}>
          <option value="">{words.choose}</option>
          {options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : kind === "long_text" ? (
        <textarea {...shared} rows={3} maxLength={4000} dir="auto" />
      ) : (
        <input
          {...shared}
          type={kind === "email" ? "email" : "text"}
          autocomplete={kind === "email" ? "email" : undefined}
          maxLength={4000}
          dir="auto"
        />
      )}
      {fault && (
        <p class="fault" id={`fault-${key}`} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
