import { useMemo } from "react";
import { names } from "../desk/names";
import { Elapsed, useReadable } from "../kit";
import classes from "./floor.module.css";
import { useFloor } from "./model";

/** How the queues stand: those in which somebody waits first. */
export function Queues() {
  const { store } = useFloor();
  const queues = useReadable(store.queues);
  const known = useReadable(names);
  // Who is there changes with the agents' order.
  const changed = useReadable(store.agents.version);
  const sorted = useMemo(
    () =>
      [...queues].sort(
        (x, y) => y.waiting - x.waiting || known.queue(x.id).localeCompare(known.queue(y.id)),
      ),
    [queues, known],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the agents
  const present = useMemo(() => {
    const members = new Map<string, number>();
    for (const queue of known.company?.queues ?? []) {
      const there = queue.members.filter(
        (id) => store.agents.rows.get(id)?.presence === "available",
      );
      members.set(queue.id, there.length);
    }
    return members;
  }, [known, store, changed]);
  return (
    <section className={classes.card} aria-labelledby="floor-queues">
      <h2 className={classes.heading} id="floor-queues">
        Queues
      </h2>
      <table className={classes.table} aria-label="Queues">
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col" className={classes.number}>
              Waiting
            </th>
            <th scope="col" className={classes.number}>
              Longest
            </th>
            <th scope="col" className={classes.number}>
              Available
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((queue) => (
            <tr key={queue.id} data-warns={queue.waiting > 0 || undefined}>
              <th scope="row">{known.queue(queue.id)}</th>
              <td className={classes.number}>{queue.waiting}</td>
              <td className={classes.number}>
                {queue.longest_since === undefined ? "–" : <Elapsed since={queue.longest_since} />}
              </td>
              <td className={classes.number}>{present.get(queue.id) ?? 0}</td>
            </tr>
          ))}
          {sorted.length === 0 && (
            <tr>
              <td colSpan={4} className={classes.none}>
                There are no queues.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}
