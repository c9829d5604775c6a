// biome-ignore-all lint/a11y/useSemanticElements: only what is seen is drawn, so it cannot be a table
// biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the order of Tab
import type { AgentInfo } from "@linger/sdk";
import { Progress, SegmentedControl, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { memo, useEffect, useMemo, useState } from "react";
import { PRESENCES, PresenceDot, useReadable } from "../kit";
import classes from "./floor.module.css";
import { useFloor } from "./model";
import type { AgentSort } from "./store";
import { useGrid } from "./useGrid";

const ROW_HEIGHT = 44;

/** Who is there, and how much each has. */
export function Agents() {
  const { store } = useFloor();
  const [text, setText] = useState("");
  const [sort, setSort] = useState<AgentSort>("presence");
  useReadable(store.agents.version);
  useEffect(() => store.showAgents(text, sort), [store, text, sort]);
  const { order } = store.agents;
  const { scroll, virtual, stop, setFocused, move } = useGrid(order, ROW_HEIGHT);
  return (
    <section className={classes.card} aria-labelledby="floor-agents">
      <div className={classes.head}>
        <h2 className={classes.heading} id="floor-agents">
          Agents
        </h2>
        <SegmentedControl
          size="xs"
          aria-label="Order of the agents"
          value={sort}
          onChange={(next) => setSort(next as AgentSort)}
          data={[
            { value: "presence", label: "Presence" },
            { value: "load", label: "Load" },
          ]}
        />
      </div>
      <TextInput
        size="xs"
        aria-label="Search in the agents"
        placeholder="Search by name"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div
        ref={scroll}
        className={classes.scroll}
        data-kind="agents"
        role="grid"
        aria-label="Agents"
        aria-rowcount={order.size + 1}
        onKeyDown={move}
      >
        <div className={classes.columnsOfAgents} role="row" aria-rowindex={1} data-header>
          <span role="columnheader">Agent</span>
          <span role="columnheader">Presence</span>
          <span role="columnheader">Load</span>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((each) => {
            const id = order.at(each.index);
            if (id === undefined) return null;
            return (
              <AgentRow
                key={id}
                id={id}
                index={each.index}
                top={each.start}
                stops={id === stop}
                onFocus={setFocused}
              />
            );
          })}
        </div>
        {order.size === 0 && (
          <p className={classes.none}>{text ? "Nobody is called that." : "There are no agents."}</p>
        )}
      </div>
    </section>
  );
}

const AgentRow = memo(function AgentRow(props: {
  id: string;
  index: number;
  top: number;
  stops: boolean;
  onFocus: (id: string) => void;
}) {
  const { store } = useFloor();
  const agent = useReadable(useMemo(() => store.agents.row(props.id), [store, props.id]));
  if (!agent) return null;
  return (
    <div
      className={classes.columnsOfAgents}
      role="row"
      aria-rowindex={props.index + 2}
      data-id={props.id}
      tabIndex={props.stops ? 0 : -1}
      onFocus={() => props.onFocus(props.id)}
      style={{ position: "absolute", top: 0, transform: `translateY(${props.top}px)` }}
    >
      <span role="gridcell" className={classes.clipped}>
        {agent.display_name || agent.id}
      </span>
      <span role="gridcell" className={classes.presence}>
        <PresenceDot presence={agent.presence} />
        <span className={classes.clipped}>{PRESENCES[agent.presence].label}</span>
      </span>
      <span role="gridcell">
        <Load agent={agent} />
      </span>
    </div>
  );
});

function Load({ agent }: { agent: AgentInfo }) {
  const over = agent.load > agent.capacity;
  const share = agent.capacity === 0 ? 0 : Math.min(100, (agent.load / agent.capacity) * 100);
  return (
    <span className={classes.load} data-over={over || undefined}>
      <Progress
        className={classes.loadBar}
        size="sm"
        value={share}
        color={over ? "red" : share >= 100 ? "orange" : "accent"}
        aria-hidden
      />
      <span className="tabular">
        {agent.load} of {agent.capacity}
        {over && <span className="visually-hidden">, above the capacity</span>}
      </span>
    </span>
  );
}
