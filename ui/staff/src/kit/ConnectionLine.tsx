import { Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { agentClient } from "./client";
import { Elapsed } from "./format";
import classes from "./Shell.module.css";
import { useSession } from "./session";
import { useReadable } from "./useReadable";

/** Says so when the connection is lost. A hiccup is not worth a word, so it waits a moment. */
export function ConnectionLine() {
  const { agent } = useSession();
  const connection = useReadable(agentClient(agent).connection);
  const lost = connection.state !== "online";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), 1500);
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div role="status">
      {shown && lost && (
        <div className={classes.line}>
          <Loader size={14} color="currentColor" aria-hidden />
          <span>
            {connection.state === "connecting" ? "Connecting" : "No connection"} for{" "}
            <span aria-hidden>
              <Elapsed since={connection.since} />
            </span>
            . {connection.refusal?.message ?? "What you write is kept and sent when it is back."}
          </span>
        </div>
      )}
    </div>
  );
}
