import { Button, Group, NativeSelect, SegmentedControl, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { LANGUAGES, languageName, readTexts } from "../parts/languages";
import type { Mode, Widget } from "../types";
import { Mock } from "./Mock";
import classes from "./Preview.module.css";

type View = "start" | "talk" | "closed" | "real";

/** How the widget looks: drawn from what is not saved yet, or the real one. */
export function Preview(props: {
  id: string | null;
  widget: Widget;
  mode: Mode;
  locale: string;
  onLocale: (locale: string) => void;
  unsaved: boolean;
}) {
  const { widget, mode, locale } = props;
  const asks = (widget.pre_chat?.length ?? 0) > 0;
  const [view, setView] = useState<View>("start");
  const views = [
    { value: "start", label: asks ? "Questions" : "Start" },
    { value: "talk", label: "Chat" },
    ...(mode === "live" ? [{ value: "closed", label: "Closed" }] : []),
    ...(props.id !== null ? [{ value: "real", label: "Real" }] : []),
  ];
  const shown = views.some((each) => each.value === view) ? view : "start";
  return (
    <section aria-label="Preview" className={classes.preview}>
      <Group justify="space-between" mb={8} gap={8}>
        <Text fw={600}>Preview</Text>
        <NativeSelect
          size="xs"
          aria-label="Language of the preview"
          value={locale}
          data={languagesOf(widget)}
          onChange={(event) => props.onLocale(event.currentTarget.value)}
        />
      </Group>
      <SegmentedControl
        fullWidth
        size="xs"
        mb={12}
        aria-label="What the preview shows"
        value={shown}
        onChange={(next) => setView(next as View)}
        data={views}
      />
      {shown === "real" && props.id !== null ? (
        <Real id={props.id} unsaved={props.unsaved} />
      ) : (
        <Mock widget={widget} mode={mode} locale={locale} view={shown as Exclude<View, "real">} />
      )}
    </section>
  );
}

/** The languages that its texts are in, and English. */
function languagesOf(widget: Widget) {
  const texts = [
    widget.look?.title,
    widget.offline?.title,
    widget.offline?.text,
    ...(widget.pre_chat ?? []).map((question) => question.label),
    ...Object.values(widget.messages ?? {}),
  ];
  const tags = new Set(["en", ...texts.flatMap((each) => readTexts(each).map(([tag]) => tag))]);
  if (widget.locale) tags.add(widget.locale);
  tags.delete("*");
  const known = LANGUAGES.filter((each) => tags.has(each.value));
  const others = [...tags].filter((tag) => !known.some((each) => each.value === tag));
  return [...known, ...others.map((tag) => ({ value: tag, label: languageName(tag) }))];
}

/** The widget as customers have it. */
function Real({ id, unsaved }: { id: string; unsaved: boolean }) {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<"asking" | "there" | "missing">("asking");
  const address = `/widget/${encodeURIComponent(id)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks again
  useEffect(() => {
    let over = false;
    fetch(address, { cache: "no-store" })
      .then((answer) => {
        const page = answer.headers.get("content-type")?.includes("text/html") ?? false;
        if (!over) setState(answer.ok && page ? "there" : "missing");
      })
      .catch(() => {
        if (!over) setState("missing");
      });
    return () => {
      over = true;
    };
  }, [address, round]);
  return (
    <>
      {state === "missing" ? (
        <div className={classes.frame}>
          <Text size="sm" c="dimmed" p="md">
            This server does not serve the pages of the widget.
          </Text>
        </div>
      ) : (
        <div className={classes.frame}>
          {state === "there" && <iframe key={round} src={address} title={`Widget ${id}`} />}
        </div>
      )}
      <Group justify="space-between" mt={8} gap={8}>
        <Text size="xs" c="dimmed">
          {unsaved ? "It shows what is saved." : "What you write here is a real conversation."}
        </Text>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={() => setRound((n) => n + 1)}
        >
          Load again
        </Button>
      </Group>
    </>
  );
}
