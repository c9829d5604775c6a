import type { Item, Thread } from "@linger/sdk";
import { Button } from "@mantine/core";
import { Countdown, RefusalText, useReadable } from "../../kit";
import { ask } from "../actions/actions";
import { focusOn } from "../focus";
import { isOffered, nameOf } from "../lists";
import { useDesk } from "../model";
import { names } from "../names";
import { wrapUpUntil } from "../wrapup";
import type { Going } from "./Thread";
import classes from "./thread.module.css";

/** What is to know before one writes: whose it is, what it waits for, what is left to do. */
export function Banner({ item, going, thread }: { item: Item; going: Going; thread: Thread }) {
  const desk = useDesk();
  const known = useReadable(names);
  const refusal = useReadable(thread.refusal);
  const name = nameOf(item);

  async function answer(type: "accept" | "reject") {
    if (!(await ask({ desk }, type, { conversation: item.id }, "Not done"))) return;
    if (type === "accept") focusOn("composer");
    else going.leave();
  }

  if (refusal) {
    return (
      <div className={classes.banner} role="status">
        <span>
          It is not followed any more: <RefusalText error={refusal} />
        </span>
      </div>
    );
  }
  if (isOffered(item, desk.agent)) {
    return (
      <div className={classes.banner}>
        <span>
          It is offered to you
          {item.offer_deadline !== undefined && (
            <>
              {" "}
              for another <Countdown until={item.offer_deadline} />
            </>
          )}
          .{item.transfer_reason && ` “${item.transfer_reason}”`}
        </span>
        <Button size="compact-sm" variant="default" onClick={() => void answer("reject")}>
          Reject
        </Button>
        <Button size="compact-sm" onClick={() => void answer("accept")}>
          Accept
        </Button>
      </div>
    );
  }
  if (item.state === "wrap_up") {
    const until = wrapUpUntil(item, known.company);
    const ended = item.ended_by === "customer" ? `${name} has ended it` : "It has ended";
    return (
      <div className={classes.banner} role="status">
        <span>
          {item.ended_by === "disconnect" ? `${name} is gone` : ended}. Finish your notes and tags
          {until !== null && (
            <>
              {" "}
              within <Countdown until={until} />
            </>
          )}
          , then finish it.
        </span>
      </div>
    );
  }
  const pushed = known.company?.workstreams.some(
    (each) => each.id === item.workstream && each.distribution === "push",
  );
  const text = says(item, desk.agent, known.agent, name, pushed === true);
  return text ? (
    <div className={classes.banner} role="status">
      <span>{text}</span>
    </div>
  ) : (
    <div />
  );
}

function says(
  item: Item,
  agent: string,
  nameOfAgent: (id: string) => string,
  name: string,
  pushed: boolean,
): string | null {
  if (item.transfer_to) {
    return `Offered to ${nameOfAgent(item.transfer_to)}; it stays here until they accept.`;
  }
  if (item.state === "waiting") return `Parked. When ${name} writes, it comes back.`;
  if (item.state === "open" && item.waiting_for === agent) {
    return `${name} is back and waits for you. It is offered to you when you have room.`;
  }
  if (item.state === "open" && item.waiting_for) {
    return `${name} is back and waits for ${nameOfAgent(item.waiting_for)}.`;
  }
  if (item.state === "open") {
    return pushed ? "Nobody has it. It is offered to whoever is free." : "Nobody has it.";
  }
  if (item.state === "active" && item.agent && item.agent !== agent) {
    return item.consultants?.some((each) => each.agent === agent)
      ? `${nameOfAgent(item.agent)} has it and asked for your help.`
      : `${nameOfAgent(item.agent)} has it.`;
  }
  if (item.transfer_reason && item.agent === agent) return `“${item.transfer_reason}”`;
  if (item.state === "closed") return "Closed. It can be read and not written to.";
  return null;
}
