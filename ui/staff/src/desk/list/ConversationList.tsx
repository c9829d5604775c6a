import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Empty, Loading, RefusalAlert, toastRefusal, useReadable } from "../../kit";
import type { ListName } from "../lists";
import { useDesk } from "../model";
import { LISTS } from "../words";
import classes from "./list.module.css";
import { Row } from "./Row";

const ROW_HEIGHT = 84;

/** The lists, each with its count; the rows of the chosen one, as many as can be seen. */
export function ConversationList(props: { selected: string | null; onOpen: (id: string) => void }) {
  const desk = useDesk();
  const list = useReadable(desk.list);
  const counts = useReadable(desk.store.counts);
  const tags = useReadable(desk.store.tags);
  const feed = useReadable(desk.feed.state);
  const [text, setText] = useState("");
  const [tag, setTag] = useState("");

  useEffect(() => {
    desk.store.setFilter({ text, tag });
  }, [desk, text, tag]);

  useEffect(() => {
    if (list !== "all") return;
    let ended = false;
    let end: (() => void) | undefined;
    desk.feed
      .showFloor()
      .then((stop) => {
        if (ended) stop();
        else end = stop;
      })
      .catch((error) => toastRefusal(error, "Not everything is shown"));
    return () => {
      ended = true;
      end?.();
    };
  }, [desk, list]);

  const lists: ListName[] = [
    "mine",
    "waiting",
    "open",
    ...(desk.supervisor ? (["all"] as const) : []),
  ];

  function onTabKey(event: KeyboardEvent) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const next = lists[(lists.indexOf(list) + step + lists.length) % lists.length];
    if (!next) return;
    desk.list.set(next);
    document.getElementById(`list-tab-${next}`)?.focus();
  }

  return (
    <section className={classes.pane} aria-label="Conversations">
      <div className={classes.head}>
        <div className={classes.tabs} role="tablist" aria-label="Lists">
          {lists.map((each) => (
            <button
              key={each}
              id={`list-tab-${each}`}
              type="button"
              role="tab"
              className={classes.tab}
              aria-selected={each === list}
              aria-controls="list-rows"
              tabIndex={each === list ? 0 : -1}
              onKeyDown={onTabKey}
              onClick={() => desk.list.set(each)}
            >
              {LISTS[each].label}
              <span className={classes.count}>
                {each === "all" && list !== "all" ? "" : counts[each]}
              </span>
            </button>
          ))}
        </div>
        <TextInput
          size="xs"
          data-search
          placeholder="Search by name, subject or tag"
          aria-label="Search in the lists"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === "Escape") setText("");
          }}
          rightSection={
            text ? (
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label="Clear the search"
                onClick={() => setText("")}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            ) : null
          }
        />
        {(tags.length > 0 || tag) && (
          <Select
            size="xs"
            aria-label="Only with this tag"
            placeholder="Any tag"
            clearable
            searchable
            data={[...new Set([...tags, ...(tag ? [tag] : [])])]}
            value={tag || null}
            onChange={(next) => setTag(next ?? "")}
          />
        )}
      </div>
      {feed.state === "failed" && (
        <div className={classes.error}>
          <RefusalAlert error={feed.error} onRetry={() => void desk.feed.load()} />
        </div>
      )}
      <div
        className={classes.panel}
        id="list-rows"
        role="tabpanel"
        aria-labelledby={`list-tab-${list}`}
      >
        {feed.state === "loading" && counts.mine + counts.open === 0 ? (
          <Loading />
        ) : (
          <Rows
            key={list}
            list={list}
            filtered={text !== "" || tag !== ""}
            onClear={() => {
              setText("");
              setTag("");
            }}
            {...props}
          />
        )}
      </div>
    </section>
  );
}

function Rows(props: {
  list: ListName;
  filtered: boolean;
  selected: string | null;
  onOpen: (id: string) => void;
  onClear: () => void;
}) {
  const { list, selected, onOpen } = props;
  const desk = useDesk();
  const version = useMemo(() => desk.store.version(list), [desk, list]);
  useReadable(version);
  const order = desk.store.order(list);
  const scroll = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);

  const virtual = useVirtualizer({
    count: order.size,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((index: number) => order.at(index) ?? index, [order]),
    overscan: 6,
  });

  /** The row that Tab goes to: where one was, the open one, or the first. */
  const stop =
    focused && order.has(focused)
      ? focused
      : selected && order.has(selected)
        ? selected
        : (order.at(0) ?? null);

  function onKeyDown(event: KeyboardEvent) {
    const at = stop ? order.indexOf(stop) : -1;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: order.size - 1,
    };
    const index = to[event.key];
    if (index === undefined) return;
    event.preventDefault();
    const id = order.at(Math.min(Math.max(index, 0), order.size - 1));
    if (!id) return;
    setFocused(id);
    virtual.scrollToIndex(order.indexOf(id));
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-id="${id}"]`)?.focus(),
    );
  }

  if (order.size === 0) {
    return props.filtered ? (
      <Empty
        title="Nothing found"
        action={
          <Button size="compact-sm" variant="default" onClick={props.onClear}>
            Show all
          </Button>
        }
      />
    ) : (
      <Empty title={LISTS[list].empty}>{LISTS[list].hint}</Empty>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the rows inside
    <div ref={scroll} className={classes.scroll} onKeyDown={onKeyDown}>
      <ul className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((slot) => {
          const id = order.at(slot.index);
          return id ? (
            <li
              key={slot.key}
              className={classes.slot}
              style={{ transform: `translateY(${slot.start}px)` }}
              aria-setsize={order.size}
              aria-posinset={slot.index + 1}
            >
              <Row
                id={id}
                list={list}
                selected={id === selected}
                focusable={id === stop}
                onOpen={onOpen}
              />
            </li>
          ) : null;
        })}
      </ul>
    </div>
  );
}
