import { Checkbox, NumberInput, Radio, Stack, Switch } from "@mantine/core";
import { DurationInput } from "../parts/DurationInput";
import { useFields } from "../parts/fields";
import { NARROW } from "../parts/narrow";
import type { Presence } from "../types";
import type { Part } from "./WorkstreamEditor";

const PRESENCES: { value: Presence; label: string }[] = [
  { value: "available", label: "Available" },
  { value: "busy", label: "Busy" },
  { value: "do_not_disturb", label: "Do not disturb" },
  { value: "away", label: "Away" },
];

export function Distribution({ draft, set }: Part) {
  const field = useFields();
  const push = draft.distribution !== "pick";
  const { error: distributionError, ...distribution } = field("distribution");
  const { error: presencesError, ...presences } = field("allowed_presences");
  return (
    <>
      <Radio.Group
        label="Work distribution"
        value={draft.distribution ?? "push"}
        onChange={(value) => set({ distribution: value as "push" | "pick" })}
        error={distributionError}
        {...distribution}
      >
        <Stack gap={12} mt={8}>
          <Radio
            value="push"
            label="Push"
            description="linger offers each conversation to one agent after the other."
          />
          <Radio
            value="pick"
            label="Pick"
            description="Agents take conversations from the list of their queues."
          />
        </Stack>
      </Radio.Group>
      {push && (
        <>
          <DurationInput
            label="Offer deadline"
            description="An offer that nobody answers goes on to the next agent after this: 10 seconds to 5 minutes."
            units={["s", "min"]}
            placeholder="120"
            value={draft.timers?.offer_deadline}
            onChange={(offer_deadline) => set({ timers: { ...draft.timers, offer_deadline } })}
            {...field("timers.offer_deadline")}
          />
          <Switch
            label="Accept automatically"
            description="An offer counts as accepted at once: the agent is not asked."
            checked={draft.auto_accept ?? false}
            onChange={(event) => set({ auto_accept: event.currentTarget.checked })}
            {...field("auto_accept")}
          />
          <Switch
            label="Away after a missed offer"
            description="An agent who misses an offer is set to away, so that the next ones go to others."
            checked={draft.away_on_missed_offer ?? false}
            onChange={(event) => set({ away_on_missed_offer: event.currentTarget.checked })}
            {...field("away_on_missed_offer")}
          />
        </>
      )}
      <Checkbox.Group
        label="Allowed presences"
        description="Agents are offered conversations while they are one of these."
        value={draft.allowed_presences ?? ["available"]}
        onChange={(allowed_presences) =>
          set({ allowed_presences: allowed_presences as Presence[] })
        }
        error={presencesError}
        {...presences}
      >
        <Stack gap={8} mt={8}>
          {PRESENCES.map((each) => (
            <Checkbox key={each.value} value={each.value} label={each.label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <NumberInput
        label="Capacity cost"
        description="Units of an agent's capacity that one conversation takes. An agent with 4 units has room for four conversations of cost 1, or two of cost 2."
        styles={NARROW}
        min={0}
        allowDecimal={false}
        value={draft.units ?? 1}
        onChange={(units) => set({ units: Number(units) || 0 })}
        {...field("units")}
      />
      <Switch
        label="Own choice may go over capacity"
        description="Agents may pick or reopen a conversation although they have no room. It is written into the audit."
        checked={draft.own_choice_over_capacity ?? false}
        onChange={(event) => set({ own_choice_over_capacity: event.currentTarget.checked })}
        {...field("own_choice_over_capacity")}
      />
      <NumberInput
        label="Priority"
        description="In a queue, conversations of the workstream with the higher number go first."
        styles={NARROW}
        allowDecimal={false}
        value={draft.priority ?? 0}
        onChange={(priority) => set({ priority: Number(priority) || 0 })}
        {...field("priority")}
      />
    </>
  );
}
