import type { Item } from "@linger/sdk";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { formatDateTime, toastRefusal, useReadable } from "../../kit";
import { ask } from "../actions/actions";
import { dialogs } from "../actions/dialogs";
import { nameOf } from "../lists";
import { useDesk } from "../model";
import { names } from "../names";
import { NoteLine } from "../thread/Lines";
import type { Notes } from "../thread/notes";
import type { Going } from "../thread/Thread";
import { Earlier } from "./Earlier";
import { type Journal, loadJournal } from "./journal";
import classes from "./panel.module.css";
import { Subject } from "./Subject";
import { Tags } from "./Tags";
import { Why } from "./Why";
import { contextOf } from "./why";

/** Everything about the customer and the conversation that is not in the thread. */
export function Panel({ item, notes, going }: { item: Item; notes: Notes; going: Going }) {
  const desk = useDesk();
  const known = useReadable(names);
  const noteList = useReadable(notes.list);
  const journal = useJournal(item);
  const context = journal ? contextOf(journal.entries) : [];
  const edits = mayEdit(item, desk.agent, desk.supervisor);
  return (
    <aside className={classes.panel} aria-label="Details">
      <section className={classes.section}>
        <h2 className={classes.heading}>Customer</h2>
        <dl className={classes.values}>
          <dt>Name</dt>
          <dd>{nameOf(item)}</dd>
          <dt>Id</dt>
          <dd>{item.customer}</dd>
          {context
            .filter(([key]) => key !== "name")
            .map(([key, value]) => (
              <Value key={key} name={key} value={value} />
            ))}
        </dl>
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>Subject</h2>
        <Subject key={`${item.id}:${item.subject}`} item={item} edits={edits} />
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>Tags</h2>
        <Tags item={item} edits={edits} />
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>
          {item.agent === desk.agent ? "Why did I get this?" : "Who got this, and why?"}
        </h2>
        <Why journal={journal} />
      </section>
      <Consultants item={item} going={going} />
      {noteList.length > 0 && (
        <section className={classes.section}>
          <h2 className={classes.heading}>Private notes</h2>
          {noteList.map((note) => (
            <NoteLine key={note.number} note={note} />
          ))}
        </section>
      )}
      <section className={classes.section}>
        <h2 className={classes.heading}>Earlier conversations</h2>
        <Earlier key={item.id} item={item} onOpen={going.select} />
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>Conversation</h2>
        <dl className={classes.values}>
          <dt>Workstream</dt>
          <dd>{known.workstream(item.workstream)}</dd>
          {item.queue && (
            <>
              <dt>Queue</dt>
              <dd>{known.queue(item.queue)}</dd>
            </>
          )}
          {item.agent && (
            <>
              <dt>Agent</dt>
              <dd>{known.agent(item.agent)}</dd>
            </>
          )}
          <dt>Began</dt>
          <dd>{formatDateTime(item.created_at)}</dd>
          {item.units !== undefined && item.units > 0 && (
            <>
              <dt>Holds</dt>
              <dd>
                {item.units} {item.units === 1 ? "unit" : "units"} of capacity
              </dd>
            </>
          )}
          <dt>Number</dt>
          <dd>{item.id}</dd>
        </dl>
      </section>
    </aside>
  );
}

function Value({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Whoever has it, those who were added, supervisors; and everybody while nobody has it. */
function mayEdit(item: Item, agent: string, supervisor: boolean): boolean {
  if (item.state === "closed") return false;
  if (supervisor || item.state === "open" || item.state === "waiting") return true;
  const joined = item.consultants?.some((e) => e.agent === agent && e.role === "joined");
  return item.agent === agent || joined === true;
}

/** The journal, read again when somebody else has it. */
function useJournal(item: Item): Journal | null {
  const desk = useDesk();
  const [journal, setJournal] = useState<Journal | null>(null);
  const holder = `${item.state}:${item.agent ?? ""}:${item.transfer_to ?? ""}:${item.accepted}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `holder` says when it is another
  useEffect(() => {
    let ended = false;
    loadJournal(desk.client, item.id)
      .then((next) => {
        if (!ended) setJournal(next);
      })
      .catch(() => {
        if (!ended) setJournal({ entries: [], more: false });
      });
    return () => {
      ended = true;
    };
  }, [desk, item.id, holder]);
  return journal;
}

function Consultants({ item, going }: { item: Item; going: Going }) {
  const desk = useDesk();
  const known = useReadable(names);
  const mine = item.agent === desk.agent || desk.supervisor;
  const present = item.consultants ?? [];
  if (present.length === 0 && !(item.state === "active" && mine && item.accepted)) return null;
  const context = { desk, item, leave: going.leave, select: going.select };
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>Colleagues</h2>
      <ul className={classes.list}>
        {present.map((each) => (
          <li key={each.agent} className={classes.entry}>
            <span>
              {known.agent(each.agent)}{" "}
              <span className={classes.dim}>
                {each.role === "joined" ? "writes to the customer" : "reads along"}
              </span>
            </span>
            {mine && each.role === "invited" && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Add ${known.agent(each.agent)}`}
                onClick={() =>
                  void ask(
                    { desk },
                    "consult_add",
                    { conversation: item.id, agent: each.agent },
                    "Not added",
                  )
                }
              >
                Add
              </Button>
            )}
            {mine && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`End the consult of ${known.agent(each.agent)}`}
                onClick={() =>
                  void desk.client
                    .request("consult_end", { conversation: item.id, agent: each.agent })
                    .then(({ conversation }) => desk.store.put(conversation))
                    .catch((error) => toastRefusal(error, "Not ended"))
                }
              >
                End
              </Button>
            )}
          </li>
        ))}
        {mine && (
          <li>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => dialogs.set({ kind: "consult", context })}
            >
              Ask a colleague…
            </Button>
          </li>
        )}
      </ul>
    </section>
  );
}
