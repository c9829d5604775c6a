import { Drawer } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconMessages } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useLocation, useRoute } from "wouter";
import { Empty, ErrorBoundary, useReadable } from "../kit";
import { shortcut } from "./actions/actions";
import { Palette } from "./actions/Palette";
import { useKeys } from "./actions/useKeys";
import classes from "./desk.module.css";
import { ConversationList } from "./list/ConversationList";
import { useDesk } from "./model";
import { Offers } from "./offers/Offers";
import { Panel } from "./panel/Panel";
import { Notes } from "./thread/notes";
import { type Going, Thread } from "./thread/Thread";

/** Lists on the left, the conversation, what is known about it on the right. */
export function Workplace() {
  const desk = useDesk();
  const [, go] = useLocation();
  const [, params] = useRoute("/c/:id");
  const id = params?.id ?? null;
  const notes = useNotes(id);

  const select = useCallback(
    (next: string) => {
      desk.noteMode.set(false);
      go(`/c/${next}`);
    },
    [desk, go],
  );
  const going = useMemo<Going>(
    () => ({
      select,
      back: () => go("/"),
      leave: () => {
        // The next one of one's own, so that the day goes on.
        desk.store.flush();
        const next = [...desk.store.order("mine").ids()].find((each) => each !== id);
        if (next && window.matchMedia("(min-width: 48em)").matches) select(next);
        else go("/");
      },
    }),
    [desk, go, id, select],
  );

  // Shows the list in which the conversation is, when one is opened from elsewhere.
  const opened = useCallback(
    (next: string) => {
      desk.list.set("mine");
      select(next);
    },
    [desk, select],
  );

  useKeys(id, going);

  return (
    <div className={classes.desk} data-open={id ? true : undefined}>
      <div className={classes.left}>
        <Offers onAccepted={opened} />
        <div className={classes.list}>
          <ConversationList selected={id} onOpen={select} />
        </div>
      </div>
      <div className={classes.center}>
        {id ? (
          <ErrorBoundary key={id} what="This conversation">
            <Thread id={id} going={going} notes={notes} />
          </ErrorBoundary>
        ) : (
          <>
            <h1 className="visually-hidden">Desk</h1>
            <Empty title="Choose a conversation" icon={<IconMessages size={20} />}>
              Arrow keys move in the list, Enter opens. Ctrl K has everything; {shortcut("A")}{" "}
              accepts an offer.
            </Empty>
          </>
        )}
      </div>
      {id && notes && <Side id={id} notes={notes} going={going} />}
      <Palette id={id} going={going} />
    </div>
  );
}

function useNotes(id: string | null): Notes | null {
  const desk = useDesk();
  const [notes, setNotes] = useState<Notes | null>(null);
  useEffect(() => {
    if (!id) return;
    const made = new Notes(desk.client, id);
    setNotes(made);
    return () => {
      made.close();
      setNotes(null);
    };
  }, [desk, id]);
  return notes;
}

/** Beside the thread where there is room for it, over it elsewhere. */
function Side({ id, notes, going }: { id: string; notes: Notes; going: Going }) {
  const desk = useDesk();
  const panel = useReadable(desk.panel);
  const row = useReadable(useMemo(() => desk.store.row(id), [desk, id]));
  const wide = useMediaQuery("(min-width: 75em)", true, { getInitialValueInEffect: false });
  const [over, setOver] = useState(false);
  // Narrow screens begin with the thread; the details come when they are asked for.
  useEffect(() => {
    if (wide) return;
    setOver(false);
    return desk.panel.subscribe(() => setOver(true));
  }, [desk, wide]);
  if (!row) return null;
  const content = <Panel item={row.item} notes={notes} going={going} />;
  if (wide) return panel === "open" ? <div className={classes.right}>{content}</div> : null;
  return (
    <Drawer
      opened={over}
      onClose={() => setOver(false)}
      position="right"
      size={360}
      title="Details"
      padding={0}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ header: { padding: "12px 16px" } }}
    >
      {content}
    </Drawer>
  );
}
