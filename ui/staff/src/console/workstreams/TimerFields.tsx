import { DurationInput } from "../parts/DurationInput";
import { useFields } from "../parts/fields";
import type { Mode, Timers } from "../types";
import type { Part } from "./WorkstreamEditor";

interface TimerWords {
  name: keyof Timers;
  label: string;
  help: string;
  modes: readonly Mode[];
}

const TIMERS: readonly TimerWords[] = [
  {
    name: "auto_close_after",
    label: "Auto-close after inactivity",
    help: "A parked conversation in which nothing happens for this long is closed: 1 minute to 365 days, usually 28 days. What the customer writes later starts a new one; the history stays.",
    modes: ["persistent"],
  },
  {
    name: "auto_park_after",
    label: "Park when the customer is silent",
    help: "The agent's room is free again after this, and the conversation waits for the customer. Usually 60 minutes.",
    modes: ["persistent"],
  },
  {
    name: "disconnect_limit",
    label: "End when the customer is disconnected",
    help: "The customer's page has been gone for this long. Usually 3 minutes.",
    modes: ["live"],
  },
  {
    name: "open_idle_close",
    label: "Close when nobody takes it",
    help: "Nobody has it, and nothing happens for this long. Usually 30 days, in live chats 20 minutes.",
    modes: ["persistent", "live"],
  },
];

export function TimerFields({ draft, set }: Part) {
  const field = useFields();
  return (
    <>
      {TIMERS.filter((each) => each.modes.includes(draft.mode)).map((each) => (
        <DurationInput
          key={`${draft.mode} ${each.name}`}
          label={each.label}
          description={each.help}
          units={["s", "min", "h", "d"]}
          placeholder="default"
          value={draft.timers?.[each.name]}
          onChange={(length) => set({ timers: { ...draft.timers, [each.name]: length } })}
          {...field(`timers.${each.name}`)}
        />
      ))}
    </>
  );
}
