import { Button, Loader } from "@mantine/core";
import { useState } from "react";
import { formatDateTime, useReadable } from "../../kit";
import { names } from "../names";
import type { Journal } from "./journal";
import classes from "./panel.module.css";
import { type Decision, decisions } from "./why";

/** The recorded explanation of the last assignment, and of those before it. */
export function Why({ journal }: { journal: Journal | null }) {
  const known = useReadable(names);
  const [all, setAll] = useState(false);
  if (!journal) return <Loader size={16} aria-label="Loading" />;
  const found = decisions(journal.entries, known);
  if (found.length === 0) {
    return <div className={classes.dim}>Nobody has been asked to take it yet.</div>;
  }
  return (
    <>
      {(all ? found : found.slice(0, 1)).map((each) => (
        <One key={`${each.at}:${each.agent}`} decision={each} />
      ))}
      {found.length > 1 && !all && (
        <Button size="compact-xs" variant="subtle" mt={8} px={0} onClick={() => setAll(true)}>
          {found.length - 1} earlier
        </Button>
      )}
    </>
  );
}

function One({ decision }: { decision: Decision }) {
  const { considered } = decision;
  return (
    <div className={classes.decision}>
      <div>
        <strong>{decision.title}</strong>{" "}
        <span className={classes.dim}>{formatDateTime(decision.at)}</span>
      </div>
      <div>
        {decision.rule}
        {decision.by && ` By ${decision.by}.`} {decision.waited}
        {decision.overCapacity && " It is above the capacity."}
        {decision.outcome && ` ${decision.outcome}`}
      </div>
      {decision.reason && <div>“{decision.reason}”</div>}
      {considered.length > 0 && (
        <ul className={classes.considered}>
          {considered.map((each) => (
            <li key={each.agent}>
              <strong>{each.agent}</strong>: {each.result}
            </li>
          ))}
          {decision.more > 0 && <li className={classes.dim}>and {decision.more} more</li>}
        </ul>
      )}
    </div>
  );
}
