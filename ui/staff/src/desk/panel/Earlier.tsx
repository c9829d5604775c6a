import type { Item } from "@linger/sdk";
import { Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { formatShort, RefusalAlert } from "../../kit";
import { useDesk } from "../model";
import { STATES } from "../words";
import classes from "./panel.module.css";

/** The customer's other conversations, newest first. */
export function Earlier({ item, onOpen }: { item: Item; onOpen: (id: string) => void }) {
  const desk = useDesk();
  const [found, setFound] = useState<Item[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    let ended = false;
    setError(null);
    desk.client
      .request("list", {
        customer: item.customer,
        states: ["open", "active", "waiting", "wrap_up", "closed"],
        limit: 25,
      })
      .then(({ conversations }) => {
        if (!ended) setFound(conversations.filter((each) => each.id !== item.id));
      })
      .catch((cause) => {
        if (!ended) setError(cause);
      });
    return () => {
      ended = true;
    };
  }, [desk, item.customer, item.id, round]);

  if (error) return <RefusalAlert error={error} onRetry={() => setRound(round + 1)} />;
  if (!found) return <Loader size={16} aria-label="Loading" />;
  if (found.length === 0) return <div className={classes.dim}>This is the first one.</div>;
  return (
    <ul className={classes.list}>
      {found.map((each) => (
        <li key={each.id} className={classes.entry}>
          <button type="button" className={classes.link} onClick={() => onOpen(each.id)}>
            {each.subject ?? "Without a subject"}
          </button>
          <span className={classes.dim}>
            {STATES[each.state].label}, {formatShort(each.activity_at)}
          </span>
        </li>
      ))}
    </ul>
  );
}
