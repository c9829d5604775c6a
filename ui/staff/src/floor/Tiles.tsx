import type { ReactNode } from "react";
import { Elapsed, formatNumber, useReadable } from "../kit";
import classes from "./floor.module.css";
import { useFloor } from "./model";

/** What goes on now, in figures. */
export function Tiles() {
  const { store } = useFloor();
  const totals = useReadable(store.totals);
  const queues = useReadable(store.queues);
  const since = queues.reduce<number | undefined>(
    (first, queue) =>
      queue.longest_since !== undefined && (first === undefined || queue.longest_since < first)
        ? queue.longest_since
        : first,
    undefined,
  );
  return (
    <dl className={classes.tiles} aria-label="Now">
      <Tile label="Waiting for an agent" warns={totals.waiting > 0}>
        {formatNumber(totals.waiting)}
      </Tile>
      <Tile label="Longest wait" warns={since !== undefined}>
        {since === undefined ? "–" : <Elapsed since={since} />}
      </Tile>
      <Tile label="With an agent">{formatNumber(totals.active)}</Tile>
      <Tile label="In wrap-up">{formatNumber(totals.wrapUp)}</Tile>
      <Tile label="Agents available" warns={totals.available === 0}>
        {formatNumber(totals.available)}
      </Tile>
      <Tile label="Free units" warns={totals.available > 0 && totals.freeUnits === 0}>
        {formatNumber(totals.freeUnits)}
      </Tile>
    </dl>
  );
}

function Tile(props: { label: string; children: ReactNode; warns?: boolean }) {
  return (
    <div className={classes.tile} data-warns={props.warns || undefined}>
      <dt>{props.label}</dt>
      <dd className="tabular">{props.children}</dd>
    </div>
  );
}
