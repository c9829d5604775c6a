import type { Item, Thread } from "@linger/sdk";
import { Button, Loader } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { RefusalAlert, useReadable } from "../../kit";
import { nameOf } from "../lists";
import { useDesk } from "../model";
import { buildEntries, type Entry } from "./entries";
import { Line } from "./Lines";
import type { Notes } from "./notes";
import type { Past } from "./past";
import classes from "./thread.module.css";

/** Within this many pixels of the end one counts as being there. */
const AT_END = 64;

const isAtEnd = (element: HTMLElement) =>
  element.scrollHeight - element.clientHeight - element.scrollTop <= AT_END;

/** Room above the first line, for what there is before it. */
const TOP = 52;

/** A first guess of a line's height; it is measured once drawn. */
function guess(entry: Entry | undefined): number {
  if (!entry) return 44;
  const above = (entry.above?.day ? 44 : 0) + (entry.above?.conversation ? 44 : 0);
  switch (entry.kind) {
    case "message":
      return above + (entry.first ? 80 : 56) + Math.floor(entry.message.text.length / 70) * 20;
    case "note":
      return above + 64 + Math.floor(entry.note.text.length / 80) * 20;
    default:
      return above + 36;
  }
}

export function Messages(props: { item: Item; thread: Thread; past: Past; notes: Notes }) {
  const { item, thread, past, notes } = props;
  const desk = useDesk();
  const messages = useReadable(thread.messages);
  const earlier = useReadable(thread.earlier);
  const typing = useReadable(thread.typing);
  const history = useReadable(past.state);
  const noteList = useReadable(notes.list);
  const name = nameOf(item);
  const scroll = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [seen, setSeen] = useState(0);
  const loaded = messages.length > 0 || item.last_seq === 0;

  // Where the unread began when the conversation was opened; it stays there while it is read.
  const unreadFrom = useRef<number | null | undefined>(undefined);
  if (unreadFrom.current === undefined && messages.length > 0) {
    const read = thread.view.get().agent_marks.read;
    const first = messages.find(
      (each) => each.author.kind === "customer" && each.seq !== undefined && each.seq > read,
    );
    unreadFrom.current = read > 0 ? (first?.seq ?? null) : null;
  }

  const entries = useMemo(
    () =>
      buildEntries({
        past: history.blocks,
        view: item,
        messages,
        notes: noteList,
        unreadFrom: unreadFrom.current ?? null,
      }),
    [history.blocks, item, messages, noteList],
  );

  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => guess(entries[index]),
    getItemKey: useCallback((index: number) => entries[index]?.key ?? index, [entries]),
    overscan: 10,
    paddingStart: TOP,
    paddingEnd: 12,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: AT_END,
  });

  useLayoutEffect(() => {
    if (loaded) virtual.scrollToEnd();
  }, [loaded, virtual]);

  useEffect(() => {
    void notes.load(item.last_note ?? 0);
  }, [notes, item.last_note]);

  const last = messages.reduce((n, each) => Math.max(n, each.seq ?? 0), 0);
  const fresh = messages.filter(
    (each) => (each.seq ?? 0) > seen && each.author.kind === "customer",
  ).length;

  const read = useCallback(() => {
    if (!loaded || document.hidden || !document.hasFocus()) return;
    desk.following.markRead(thread.id);
  }, [desk, loaded, thread]);

  useEffect(() => {
    if (!atEnd) return;
    setSeen(last);
    read();
  }, [atEnd, last, read]);

  useEffect(() => {
    const onFocus = () => {
      if (scroll.current && isAtEnd(scroll.current)) read();
    };
    window.addEventListener("focus", onFocus);
    return () => window.removeEventListener("focus", onFocus);
  }, [read]);

  const more = earlier !== "none" ? earlier : history.more;
  const loadMore = useCallback(() => {
    if (!loaded) return;
    if (thread.earlier.get() === "more") void thread.loadEarlier().catch(() => {});
    else if (thread.earlier.get() === "none") void past.loadMore();
  }, [loaded, past, thread]);

  const rows = virtual.getVirtualItems();
  const first = rows[0]?.index;
  // Near the top, and after what was loaded did not fill the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: again with each page
  useEffect(() => {
    if (first !== undefined && first <= 2 && more === "more" && !history.error) loadMore();
  }, [first, more, loadMore, entries.length]);

  return (
    <>
      <div className={classes.body}>
        <div
          ref={scroll}
          className={classes.scroll}
          role="log"
          aria-label="Messages"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
          tabIndex={0}
          onScroll={(event) => setAtEnd(isAtEnd(event.currentTarget))}
        >
          <div className={classes.rows} style={{ height: virtual.getTotalSize() }}>
            <div className={classes.top}>
              {history.error ? (
                <RefusalAlert error={history.error} onRetry={loadMore} />
              ) : more === "none" ? (
                `Everything with ${name} begins here.`
              ) : more === "loading" ? (
                <Loader size={16} aria-label="Loading earlier messages" />
              ) : (
                <Button size="compact-sm" variant="subtle" onClick={loadMore}>
                  Earlier messages
                </Button>
              )}
            </div>
            {rows.map((row) => {
              const entry = entries[row.index];
              return entry ? (
                <div
                  key={row.key}
                  ref={virtual.measureElement}
                  data-index={row.index}
                  className={classes.slot}
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  <Line entry={entry} customer={name} thread={thread} />
                </div>
              ) : null;
            })}
          </div>
        </div>
        {!atEnd && (
          <Button
            className={classes.pill}
            size="compact-sm"
            radius="xl"
            variant={fresh > 0 ? "filled" : "default"}
            leftSection={<IconArrowDown size={14} aria-hidden />}
            onClick={() => virtual.scrollToEnd()}
          >
            {fresh > 0 ? `${fresh} new ${fresh === 1 ? "message" : "messages"}` : "Newest"}
          </Button>
        )}
        <Spoken messages={messages} name={name} />
      </div>
      <div className={classes.typing} role="status">
        {typing?.side === "customer" && `${name} is typing…`}
        {typing?.side === "agent" && "A colleague is typing…"}
      </div>
    </>
  );
}

/** Says what comes to those who listen: the log itself is silent, for scrolling draws it anew. */
function Spoken({
  messages,
  name,
}: {
  messages: ReturnType<Thread["messages"]["get"]>;
  name: string;
}) {
  const from = useRef(messages.at(-1)?.seq ?? 0);
  const latest = messages.findLast((each) => each.author.kind === "customer" && each.seq);
  const text =
    latest?.seq && latest.seq > from.current && from.current > 0 ? `${name}: ${latest.text}` : "";
  if (from.current === 0) from.current = messages.at(-1)?.seq ?? 0;
  return (
    <div className="visually-hidden" aria-live="polite">
      {text}
    </div>
  );
}
