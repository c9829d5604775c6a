import type { Presence } from "@linger/sdk";
import classes from "./PresenceDot.module.css";

/** Its colour and its form say the presence; always put the word beside it or in a label. */
export function PresenceDot({ presence }: { presence: Presence }) {
  return <span className={classes.dot} data-presence={presence} aria-hidden />;
}
