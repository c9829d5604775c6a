// biome-ignore-all lint/a11y/useSemanticElements: only what is seen is drawn, so it cannot be a table
// biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the order of Tab
import { Badge, Button, Checkbox, Group, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, memo, useEffect, useMemo, useState } from "react";
import { nameOf } from "../desk/lists";
import { names } from "../desk/names";
import { STATES } from "../desk/words";
import { Elapsed, formatShort, useReadable } from "../kit";
import { Bulk } from "./Bulk";
import { type Filter, isFiltered, NO_FILTER } from "./filter";
import classes from "./floor.module.css";
import { useFloor } from "./model";
import { type ConversationSort, waitingSince } from "./store";
import { useGrid } from "./useGrid";

const ROW_HEIGHT = 44;

/** Everything that is not closed and not parked, with what supervisors do about it. */
export function Conversations({ onMonitor }: { onMonitor: (id: string) => void }) {
  const { store, selection } = useFloor();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [sort, setSort] = useState<ConversationSort>("waiting");
  const chosen = useReadable(selection);
  const version = useReadable(store.conversations.version);
  useEffect(() => store.show(filter, sort), [store, filter, sort]);
  const { order } = store.conversations;
  const { scroll, virtual, stop, setFocused, move } = useGrid(order, ROW_HEIGHT);
  // What has gone is chosen no longer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the rows
  const there = useMemo(
    () => [...chosen].filter((id) => store.conversations.rows.has(id)),
    [chosen, store, version],
  );

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (move(event) || !stop) return;
    if ((event.target as HTMLElement).dataset.id === undefined) return;
    if (event.key === "Enter") onMonitor(stop);
    else if (event.key === " ") toggle(selection, stop);
    else return;
    event.preventDefault();
  }

  return (
    <section className={classes.card} aria-labelledby="floor-conversations">
      <div className={classes.head}>
        <h2 className={classes.heading} id="floor-conversations">
          Conversations
        </h2>
        <Select
          size="xs"
          w={170}
          aria-label="Order of the conversations"
          allowDeselect={false}
          value={sort}
          onChange={(next) => setSort((next ?? "waiting") as ConversationSort)}
          data={[
            { value: "waiting", label: "Waiting longest first" },
            { value: "activity", label: "Latest activity first" },
            { value: "started", label: "Newest first" },
          ]}
        />
      </div>
      <Filters
        filter={filter}
        onChange={(next) => {
          // Nothing is done to what nobody sees.
          selection.set(new Set());
          setFilter(next);
        }}
      />
      {there.length > 0 && <Bulk ids={there} onDone={() => selection.set(new Set())} />}
      <div
        ref={scroll}
        className={classes.scroll}
        data-kind="conversations"
        role="grid"
        aria-label="Conversations"
        aria-multiselectable
        aria-rowcount={order.size + 1}
        onKeyDown={onKeyDown}
      >
        <div className={classes.columnsOfConversations} role="row" aria-rowindex={1} data-header>
          <span role="columnheader">
            <span className="visually-hidden">Chosen</span>
          </span>
          <span role="columnheader">Customer</span>
          <span role="columnheader">State</span>
          <span role="columnheader">Queue</span>
          <span role="columnheader">Agent</span>
          <span role="columnheader">Waiting</span>
          <span role="columnheader">
            <span className="visually-hidden">What can be done</span>
          </span>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((each) => {
            const id = order.at(each.index);
            if (id === undefined) return null;
            return (
              <ConversationRow
                key={id}
                id={id}
                index={each.index}
                top={each.start}
                stops={id === stop}
                chosen={chosen.has(id)}
                onFocus={setFocused}
                onMonitor={onMonitor}
              />
            );
          })}
        </div>
        {order.size === 0 && (
          <p className={classes.none}>
            {isFiltered(filter)
              ? "Nothing fits what you look for."
              : "Nothing is going on. Conversations appear here when customers write."}
          </p>
        )}
      </div>
      <p className={classes.hint}>
        Arrow keys move, Space chooses, Enter opens. {order.size} shown.
      </p>
    </section>
  );
}

function toggle(selection: ReturnType<typeof useFloor>["selection"], id: string): void {
  const next = new Set(selection.get());
  if (!next.delete(id)) next.add(id);
  selection.set(next);
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (next: Filter) => void }) {
  const { company } = useReadable(names);
  const set = (field: keyof Filter) => (next: string | null) =>
    onChange({ ...filter, [field]: next ?? "" });
  return (
    <Group gap={8} className={classes.filters}>
      <TextInput
        size="xs"
        className={classes.search}
        aria-label="Search in the conversations"
        placeholder="Search by customer, subject or tag"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={filter.text}
        onChange={(event) => set("text")(event.currentTarget.value)}
      />
      <Select
        size="xs"
        w={120}
        aria-label="Only in this state"
        placeholder="Any state"
        clearable
        value={filter.state || null}
        onChange={set("state")}
        data={(["open", "active", "wrap_up"] as const).map((state) => ({
          value: state,
          label: STATES[state].label,
        }))}
      />
      <Select
        size="xs"
        w={140}
        aria-label="Only in this queue"
        placeholder="Any queue"
        clearable
        searchable
        value={filter.queue || null}
        onChange={set("queue")}
        data={(company?.queues ?? []).map((each) => ({ value: each.id, label: each.name }))}
      />
      <Select
        size="xs"
        w={140}
        aria-label="Only of this agent"
        placeholder="Any agent"
        clearable
        searchable
        value={filter.agent || null}
        onChange={set("agent")}
        data={(company?.agents ?? []).map((each) => ({
          value: each.id,
          label: each.display_name || each.id,
        }))}
      />
      {isFiltered(filter) && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange(NO_FILTER)}>
          Clear
        </Button>
      )}
    </Group>
  );
}

const ConversationRow = memo(function ConversationRow(props: {
  id: string;
  index: number;
  top: number;
  stops: boolean;
  chosen: boolean;
  onFocus: (id: string) => void;
  onMonitor: (id: string) => void;
}) {
  const { id } = props;
  const { store, selection } = useFloor();
  const known = useReadable(names);
  const item = useReadable(useMemo(() => store.conversations.row(id), [store, id]));
  if (!item) return null;
  const state = STATES[item.state];
  const since = waitingSince(item);
  const name = nameOf(item);
  return (
    <div
      className={classes.columnsOfConversations}
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={props.chosen}
      data-id={id}
      data-warns={since !== undefined || undefined}
      tabIndex={props.stops ? 0 : -1}
      onFocus={() => props.onFocus(id)}
      style={{ position: "absolute", top: 0, transform: `translateY(${props.top}px)` }}
    >
      <span role="gridcell">
        <Checkbox
          size="xs"
          tabIndex={-1}
          aria-label={`Choose ${name}`}
          checked={props.chosen}
          onChange={() => toggle(selection, id)}
        />
      </span>
      <span role="gridcell" className={classes.who}>
        <span className={classes.clipped}>{name}</span>
        <span className={classes.quiet}>
          {[item.subject, ...(item.tags ?? []).map((tag) => `#${tag}`)].filter(Boolean).join(" · ")}
        </span>
      </span>
      <span role="gridcell">
        <Badge color={state.color} title={state.means}>
          {state.label}
        </Badge>
      </span>
      <span role="gridcell" className={classes.clipped}>
        {item.queue ? known.queue(item.queue) : "–"}
      </span>
      <span role="gridcell" className={classes.clipped}>
        {item.agent ? (
          <>
            {known.agent(item.agent)}
            {item.state === "active" && !item.accepted && " (offered)"}
          </>
        ) : item.waiting_for ? (
          `for ${known.agent(item.waiting_for)}`
        ) : (
          "–"
        )}
      </span>
      <span role="gridcell" className={`${classes.clipped} tabular`}>
        {since === undefined ? formatShort(item.activity_at) : <Elapsed since={since} />}
      </span>
      <span role="gridcell">
        <Button
          size="compact-xs"
          variant="default"
          tabIndex={props.stops ? 0 : -1}
          aria-label={`Monitor ${name}`}
          onClick={() => props.onMonitor(id)}
        >
          Monitor
        </Button>
      </span>
    </div>
  );
});
