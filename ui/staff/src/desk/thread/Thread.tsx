import type { Item, Thread as SdkThread } from "@linger/sdk";
import { useEffect, useMemo, useState } from "react";
import { Failed, Loading, useReadable, useReadableOr } from "../../kit";
import { Composer } from "../composer/Composer";
import { useDesk } from "../model";
import { Banner } from "./Banner";
import { Header } from "./Header";
import { Messages } from "./Messages";
import type { Notes } from "./notes";
import { Past } from "./past";
import classes from "./thread.module.css";

export interface Going {
  /** To the next conversation of the list, or to none. */
  leave: () => void;
  select: (id: string) => void;
  /** On phones: to the list. */
  back: () => void;
}

/** The conversation that is open: followed as long as it is. */
export function Thread({ id, going, notes }: { id: string; going: Going; notes: Notes | null }) {
  const desk = useDesk();
  const [thread, setThread] = useState<SdkThread | null>(null);
  const row = useReadable(useMemo(() => desk.store.row(id), [desk, id]));
  const refusal = useReadableOr(thread?.refusal, null);

  useEffect(() => {
    setThread(desk.following.join(id));
    return () => desk.following.leave(id);
  }, [desk, id]);

  if (refusal && !row) return <Failed error={refusal} />;
  if (!thread || !row || !notes) return <Loading label="Opening the conversation" />;
  return <Open thread={thread} item={row.item} going={going} notes={notes} />;
}

function Open(props: { thread: SdkThread; item: Item; going: Going; notes: Notes }) {
  const { thread, item, going, notes } = props;
  const desk = useDesk();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a conversation keeps its customer
  const past = useMemo(() => new Past(desk.client, desk.agent, item), [desk, item.id]);
  return (
    <div className={classes.thread}>
      <Header item={item} going={going} />
      <Banner item={item} going={going} thread={thread} />
      <Messages item={item} thread={thread} past={past} notes={notes} />
      <Composer item={item} thread={thread} notes={notes} />
    </div>
  );
}
