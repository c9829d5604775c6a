import type { QuickReply } from "@linger/sdk";
import { useEffect } from "react";
import classes from "./composer.module.css";

/** Ready texts above the composer; the keys stay with the composer. */
export function QuickReplies(props: {
  replies: readonly QuickReply[];
  chosen: number;
  any: boolean;
  onChoose: (reply: QuickReply) => void;
  onHover: (index: number) => void;
}) {
  const { replies, chosen } = props;
  const id = replies[chosen]?.id;
  useEffect(() => {
    if (id) document.getElementById(`quick-${id}`)?.scrollIntoView({ block: "nearest" });
  }, [id]);
  if (replies.length === 0) {
    return (
      <div className={classes.quick} id="quick-replies" role="status">
        <div className={classes.option}>
          {props.any ? "No quick reply fits." : "There are no quick replies for this queue."}
        </div>
      </div>
    );
  }
  return (
    <div
      className={classes.quick}
      id="quick-replies"
      role="listbox"
      aria-label="Quick replies"
      tabIndex={0}
    >
      {replies.map((reply, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the composer's
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the composer
        <div
          key={reply.id}
          id={`quick-${reply.id}`}
          role="option"
          aria-selected={index === chosen}
          className={classes.option}
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => props.onHover(index)}
          onClick={() => props.onChoose(reply)}
        >
          <div className={classes.optionTitle}>{reply.title}</div>
          <div className={classes.preview}>{reply.text}</div>
        </div>
      ))}
    </div>
  );
}
