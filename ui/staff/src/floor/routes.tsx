import { Drawer, Title } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { useDesk } from "../desk/model";
import { Notes } from "../desk/thread/notes";
import { type Going, Thread } from "../desk/thread/Thread";
import { ErrorBoundary, Loading, RefusalAlert, useReadable, value } from "../kit";
import { Agents } from "./Agents";
import { Charts } from "./Charts";
import { Conversations } from "./Conversations";
import { FloorFeed } from "./feed";
import classes from "./floor.module.css";
import { type FloorModel, FloorProvider, useFloor } from "./model";
import { Queues } from "./Queues";
import { FloorStore } from "./store";
import { Tiles } from "./Tiles";

/** The floor as supervisors see it: what goes on now, and the figures of the day. */
export default function Floor() {
  const desk = useDesk();
  const [floor, setFloor] = useState<FloorModel | null>(null);
  useEffect(() => {
    const store = new FloorStore();
    const feed = new FloorFeed(desk, store);
    feed.start();
    setFloor({ store, feed, selection: value<ReadonlySet<string>>(new Set()) });
    return () => feed.stop();
  }, [desk]);
  if (!floor) return <Loading label="Opening the floor" />;
  return (
    <FloorProvider value={floor}>
      <Screen />
    </FloorProvider>
  );
}

function Screen() {
  const { feed } = useFloor();
  const state = useReadable(feed.state);
  const [monitored, setMonitored] = useState<string | null>(null);
  return (
    <div className={classes.floor}>
      <Title order={1} size="h3">
        Floor
      </Title>
      {state.state === "failed" && (
        <RefusalAlert error={state.error} onRetry={() => void feed.load()} />
      )}
      {state.state === "loading" ? (
        <Loading label="Looking around" />
      ) : (
        <>
          <Tiles />
          <div className={classes.columns}>
            <Conversations onMonitor={setMonitored} />
            <div className={classes.side}>
              <Queues />
              <Agents />
            </div>
          </div>
          <ErrorBoundary what="The figures of the day">
            <Charts />
          </ErrorBoundary>
        </>
      )}
      <Monitor id={monitored} onClose={() => setMonitored(null)} />
    </div>
  );
}

/** A conversation beside the floor, as it goes on. Whoever does not have it reads only. */
function Monitor({ id, onClose }: { id: string | null; onClose: () => void }) {
  const desk = useDesk();
  const { store } = useFloor();
  const [, go] = useLocation();
  const [notes, setNotes] = useState<Notes | null>(null);
  useEffect(() => {
    if (!id) return;
    // The desk shows what it knows; from here it may be the first to hear of it.
    const item = store.conversations.rows.get(id);
    if (item) desk.store.put(item);
    desk.store.flush();
    const made = new Notes(desk.client, id);
    setNotes(made);
    return () => {
      made.close();
      setNotes(null);
    };
  }, [desk, store, id]);
  const going = useMemo<Going>(
    () => ({ back: onClose, leave: onClose, select: (next) => go(`/c/${next}`) }),
    [go, onClose],
  );
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size={720}
      padding={0}
      title="Monitor"
      closeButtonProps={{ "aria-label": "Close" }}
      classNames={{ body: classes.monitor }}
      styles={{ header: { padding: "12px 16px" } }}
    >
      {id && (
        <ErrorBoundary key={id} what="This conversation">
          <Thread id={id} going={going} notes={notes} />
        </ErrorBoundary>
      )}
    </Drawer>
  );
}
