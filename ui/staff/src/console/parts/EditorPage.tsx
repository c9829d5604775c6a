import { Alert, Anchor, Button, Group, List, Modal, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconArrowLeft } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { A } from "./A";
import { Changes } from "./Changes";
import classes from "./EditorPage.module.css";
import { ProblemsProvider } from "./fields";
import { nearestPlace, type Problem } from "./problems";
import type { Editor } from "./useEditor";
import { usePageTitle } from "./usePageTitle";

/** An object as a page: its name, sections, and a bar to save it that stays in sight. */
export function EditorPage<T>(props: {
  editor: Editor<T>;
  title: string;
  lead?: ReactNode;
  back?: { to: string; label: string };
  actions?: ReactNode;
  /** After a conflict: how the page starts over with what is there now. */
  onReload: () => void;
  /** Beside the form on wide pages. */
  aside?: ReactNode;
  children: ReactNode;
}) {
  const { editor, back } = props;
  const page = useRef<HTMLFormElement>(null);
  usePageTitle(props.title);
  return (
    <ProblemsProvider problems={editor.problems}>
      <form
        ref={page}
        className={classes.page}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void editor.save();
        }}
        aria-label={props.title}
      >
        <div className={classes.head}>
          {back && (
            <A className={classes.back} to={back.to}>
              <IconArrowLeft size={16} aria-hidden /> {back.label}
            </A>
          )}
          <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
            <Title order={1} className={classes.title}>
              {props.title}
            </Title>
            <Group gap={8} wrap="nowrap">
              {props.actions}
            </Group>
          </Group>
          {props.lead && (
            <Text size="md" c="dimmed" className={classes.lead} component="div">
              {props.lead}
            </Text>
          )}
        </div>
        <Refused editor={editor} page={page} onReload={props.onReload} />
        <div className={classes.columns} data-aside={props.aside ? true : undefined}>
          <div className={classes.sections}>{props.children}</div>
          {props.aside && <aside className={classes.aside}>{props.aside}</aside>}
        </div>
        <SaveBar editor={editor} />
        <PlanDialog editor={editor} />
      </form>
    </ProblemsProvider>
  );
}

function SaveBar<T>({ editor }: { editor: Editor<T> }) {
  const open = editor.dirty || editor.fresh;
  const ready = open && editor.busy === null;
  return (
    <div className={classes.bar} data-open={open || undefined}>
      <Text size="sm" c="dimmed" role="status" className={classes.status}>
        {editor.dirty ? "Unsaved changes" : editor.fresh ? "Not saved yet" : "Everything is saved"}
      </Text>
      {open && (
        <Group gap={8} wrap="nowrap">
          {editor.dirty && (
            <Button
              variant="subtle"
              color="gray"
              onClick={editor.discard}
              disabled={!ready}
              className={classes.optional}
            >
              Discard
            </Button>
          )}
          <Button
            variant="default"
            onClick={() => void editor.preview()}
            loading={editor.busy === "plan"}
            disabled={!ready && editor.busy !== "plan"}
          >
            What would change
          </Button>
          <Button
            type="submit"
            loading={editor.busy === "save"}
            disabled={!ready && editor.busy !== "save"}
          >
            Save
          </Button>
        </Group>
      )}
    </div>
  );
}

function PlanDialog<T>({ editor }: { editor: Editor<T> }) {
  const { plan } = editor;
  return (
    <Modal
      opened={plan !== null}
      onClose={editor.closePlan}
      title="What would change"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {plan && (
        <>
          <Changes plan={plan} />
          <Group justify="flex-end" mt="lg" gap="sm">
            <Button variant="default" onClick={editor.closePlan}>
              Back
            </Button>
            <Button
              onClick={() => {
                editor.closePlan();
                void editor.save();
              }}
            >
              Save
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
}

function Refused<T>(props: {
  editor: Editor<T>;
  page: { current: HTMLElement | null };
  onReload: () => void;
}) {
  const { editor, page } = props;
  const { refusal, problems, refusals } = editor;
  const box = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (refusals > 0) box.current?.focus();
  }, [refusals]);
  if (!refusal) return null;
  const wait = (work: () => Promise<void>) => () => {
    setBusy(true);
    work().finally(() => setBusy(false));
  };
  return (
    <Alert
      ref={box}
      tabIndex={-1}
      color="red"
      role="alert"
      className={classes.refused}
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={
        refusal.code === "conflict"
          ? "Somebody else changed the configuration"
          : problems.length > 1
            ? `Not saved: ${problems.length} things to look at`
            : "Not saved"
      }
    >
      {refusal.code === "conflict" ? (
        <>
          <Text size="sm">{refusal.message}</Text>
          <Text size="sm" mt={4}>
            Nothing was changed. You can keep what you wrote and see what it would change now, or
            start over with what is there.
          </Text>
          <Group gap={8} mt="sm">
            <Button
              size="compact-md"
              variant="default"
              loading={busy}
              onClick={wait(editor.rebase)}
            >
              Keep my changes
            </Button>
            <Button
              size="compact-md"
              variant="default"
              loading={busy}
              onClick={wait(async () => {
                await editor.reload();
                props.onReload();
              })}
            >
              Read again and start over
            </Button>
          </Group>
        </>
      ) : (
        <List size="sm" spacing={4} listStyleType="none" className={classes.problems}>
          {problems.map((problem, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is made anew with each refusal
            <List.Item key={n}>
              <ProblemLink problem={problem} page={page} />
            </List.Item>
          ))}
        </List>
      )}
      {refusal.help && (
        <Anchor
          size="sm"
          mt="xs"
          display="inline-block"
          href={refusal.help}
          target="_blank"
          rel="noreferrer"
          c="inherit"
          underline="always"
        >
          What this means
        </Anchor>
      )}
    </Alert>
  );
}

/** A sentence that leads to its field, where the page has it. */
function ProblemLink(props: { problem: Problem; page: { current: HTMLElement | null } }) {
  const { problem, page } = props;
  const go = (event: React.MouseEvent) => {
    event.preventDefault();
    const marked = [...(page.current?.querySelectorAll<HTMLElement>("[data-place]") ?? [])];
    const places = marked.map((each) => each.dataset.place ?? "");
    const nearest = nearestPlace(problem.place, places);
    const element = marked.find((each) => each.dataset.place === nearest);
    if (!element) return;
    const details = element.closest("details");
    if (details) details.open = true;
    element.scrollIntoView({ block: "center" });
    element.focus();
  };
  if (!problem.inside || problem.place === "") return <>{problem.text}</>;
  return (
    <Anchor href="#" onClick={go} c="inherit" underline="always" size="sm">
      {problem.text}
    </Anchor>
  );
}
