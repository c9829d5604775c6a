import { useCallback, useEffect, useState } from "react";
import { asRefusal, toastDone } from "../../kit";
import type { Applied } from "../api";
import { useConfig } from "../config";
import { nothingUnsaved, useUnsaved } from "../guard";
import type { CompanyFile } from "../types";
import { canonical, same } from "./plain";
import { type Problem, readProblems } from "./problems";

export interface EditorOptions<T> {
  /** What it is called in sentences: `the queue night`. */
  name: string;
  /** Where its places begin in the sentences of the server: `queues.night`; empty: the company. */
  root: string;
  initial: T;
  /** What the company has of it: nothing of a new one. */
  current: (file: CompanyFile) => T | undefined;
  /** New: there is something to save from the beginning. */
  fresh?: boolean;
  /** What is sent of a draft: without what is empty. */
  clean?: (draft: T) => T;
  put: (
    body: T,
    /** `file`: the company that the revision is of. */
    options: { etag: string; dryRun?: boolean; file: CompanyFile },
  ) => Promise<Applied>;
  onSaved?: (applied: Applied, body: T) => void;
}

export interface Editor<T> {
  name: string;
  draft: T;
  set(patch: Partial<T>): void;
  dirty: boolean;
  fresh: boolean;
  /** The change while it is under way. */
  busy: "save" | "plan" | null;
  problems: readonly Problem[];
  /** What was refused, with a sentence of the server. */
  refusal: ReturnType<typeof asRefusal> | null;
  /** Counts the refusals, so that each can take the focus. */
  refusals: number;
  plan: Applied | null;
  closePlan(): void;
  save(): Promise<void>;
  preview(): Promise<void>;
  discard(): void;
  /** Reads the configuration again. The draft stays; it is then compared with what is there now. */
  rebase(): Promise<void>;
  /** Gives the draft up for what the server has now. */
  reload(): Promise<void>;
}

/**
 * One object being edited: what was read with its revision, the draft, and what the server says to
 * it. Saves name the revision that was seen, so of two admins at once the second is told.
 */
export function useEditor<T>(options: EditorOptions<T>): Editor<T> {
  const config = useConfig();
  const { initial, clean = (draft: T) => draft, current, put, root, fresh = false } = options;
  // What was read when the page opened: a reload of the rest must not slip in under the draft.
  const [base, setBase] = useState({
    value: initial,
    seen: current(config.file),
    etag: config.etag,
    file: config.file,
  });
  const [draft, setDraft] = useState(initial);
  const [busy, setBusy] = useState<Editor<T>["busy"]>(null);
  const [refused, setRefused] = useState<{
    refusal: ReturnType<typeof asRefusal>;
    problems: Problem[];
  } | null>(null);
  const [refusals, setRefusals] = useState(0);
  const [plan, setPlan] = useState<Applied | null>(null);
  const dirty = !same(clean(draft), clean(base.value));
  useUnsaved(dirty, options.name);

  // A change to something else, made meanwhile on this page, is no conflict with this.
  const now = current(config.file);
  useEffect(() => {
    const { etag, file } = config;
    setBase((was) => (was.etag !== etag && same(was.seen, now) ? { ...was, etag, file } : was));
  }, [config, now]);

  const set = useCallback((patch: Partial<T>) => setDraft((was) => ({ ...was, ...patch })), []);

  const attempt = async (what: "save" | "plan") => {
    const body = JSON.parse(canonical(clean(draft))) as T;
    setBusy(what);
    setRefused(null);
    try {
      const answer = await put(body, {
        etag: base.etag,
        file: base.file,
        dryRun: what === "plan",
      });
      if (what === "plan") {
        setPlan(answer);
        return;
      }
      nothingUnsaved();
      const { etag, file } = await config.reload();
      setBase({ value: body, seen: current(file), etag, file });
      setDraft(body);
      toastDone(answer.changed ? "Saved; it holds from now on." : "Nothing was different.");
      for (const warning of answer.warnings) toastDone(warning, "Saved, but look at this");
      options.onSaved?.(answer, body);
    } catch (error) {
      const refusal = asRefusal(error);
      const said = refusal.problems ?? (refusal.code === "conflict" ? [] : [refusal.message]);
      setRefused({ refusal, problems: readProblems(said, root) });
      setRefusals((n) => n + 1);
    } finally {
      setBusy(null);
    }
  };

  return {
    name: options.name,
    draft,
    set,
    dirty,
    fresh,
    busy,
    problems: refused?.problems ?? NONE,
    refusal: refused?.refusal ?? null,
    refusals,
    plan,
    closePlan: () => setPlan(null),
    save: () => attempt("save"),
    preview: () => attempt("plan"),
    discard: () => {
      setDraft(base.value);
      setRefused(null);
    },
    rebase: async () => {
      const { etag, file } = await config.reload();
      setBase((was) => ({ ...was, seen: current(file), etag, file }));
      setRefused(null);
    },
    reload: async () => {
      nothingUnsaved();
      await config.reload();
    },
  };
}

const NONE: readonly Problem[] = [];
