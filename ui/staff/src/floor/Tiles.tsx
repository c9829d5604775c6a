import type { ReactNode } from "react";
import { formatNumber, useReadable } from "../kit";
import classes from "./floor.module.css";
import { useFloor } from "./model";
import { Waited } from "./Waited";

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
      <Tile label="Waiting for an agent" note={totals.waiting > 0 ? "Nobody has them" : undefined}>
        {formatNumber(totals.waiting)}
      </Tile>
      <Tile label="Longest wait">{since === undefined ? "–" : <Waited since={since} />}</Tile>
      <Tile label="With an agent">{formatNumber(totals.active)}</Tile>
      <Tile label="In wrap-up">{formatNumber(totals.wrapUp)}</Tile>
      <Tile
        label="Agents available"
        note={totals.available === 0 ? "Nobody takes anything" : undefined}
      >
        {formatNumber(totals.available)}
      </Tile>
      <Tile
        label="Free units"
        note={totals.available > 0 && totals.freeUnits === 0 ? "Everybody is full" : undefined}
      >
        {formatNumber(totals.freeUnits)}
      </Tile>
    </dl>
  );
}

/** `note` says what wants doing; colour alone would not. */
function Tile(props: { label: string; children: ReactNode; note?: string }) {
  return (
    <div className={classes.tile} data-warns={props.note !== undefined || undefined}>
      <dt>{props.label}</dt>
      <dd className="tabular">
        {props.children}
        {props.note && <span className={classes.note}>{props.note}</span>}
      </dd>
    </div>
  );
}
