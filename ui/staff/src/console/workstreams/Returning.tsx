import { Radio, Stack } from "@mantine/core";
import { DurationInput } from "../parts/DurationInput";
import { useFields } from "../parts/fields";
import type { Workstream } from "../types";
import type { Part } from "./WorkstreamEditor";

type Stickiness = NonNullable<Workstream["stickiness"]>;

export function Returning({ draft, set }: Part) {
  const field = useFields();
  const value = draft.stickiness ?? {};
  const put = (patch: Stickiness) => set({ stickiness: { ...value, ...patch } });
  const full = field("stickiness.when_full");
  const absent = field("stickiness.when_absent");
  const patience = field("stickiness.patience");
  const waits = (value.when_full ?? "wait") === "wait" || (value.when_absent ?? "wait") === "wait";
  const forever = value.patience === "forever";
  return (
    <>
      <Radio.Group
        label="The agent has no room"
        value={value.when_full ?? "wait"}
        onChange={(next) => put({ when_full: next as Stickiness["when_full"] })}
        {...full}
      >
        <Stack gap={8} mt={8}>
          <Radio value="wait" label="Wait for them" />
          <Radio value="assign_anyway" label="Assign it anyway, over their capacity" />
          <Radio value="queue" label="Go to the queue at once" />
        </Stack>
      </Radio.Group>
      <Radio.Group
        label="The agent is not there"
        value={value.when_absent ?? "wait"}
        onChange={(next) => put({ when_absent: next as Stickiness["when_absent"] })}
        {...absent}
      >
        <Stack gap={8} mt={8}>
          <Radio value="wait" label="Wait for them" />
          <Radio value="queue" label="Go to the queue at once" />
        </Stack>
      </Radio.Group>
      {waits && (
        <>
          <Radio.Group
            label="Patience"
            description="How long it waits for its agent before it goes to the queue, counted in the hours of the queue."
            value={forever ? "forever" : "for"}
            onChange={(next) => put({ patience: next === "forever" ? "forever" : "15min" })}
            {...(forever ? patience : {})}
          >
            <Stack gap={8} mt={8}>
              <Radio value="for" label="For a time" />
              <Radio value="forever" label="For ever: nobody else gets it" />
            </Stack>
          </Radio.Group>
          {!forever && (
            <DurationInput
              label="Waits for its agent"
              description="At most 365 days."
              units={["s", "min", "h", "d"]}
              placeholder="15"
              value={value.patience}
              onChange={(next) => put({ patience: next })}
              {...patience}
            />
          )}
        </>
      )}
    </>
  );
}
