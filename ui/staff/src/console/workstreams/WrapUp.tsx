import { Radio, Stack } from "@mantine/core";
import { DurationInput } from "../parts/DurationInput";
import { useFields } from "../parts/fields";
import type { Part } from "./WorkstreamEditor";

export function WrapUp({ draft, set }: Part) {
  const field = useFields();
  const value = draft.wrap_up ?? "block";
  const timed = value !== "block" && value !== "release";
  const limit = draft.mode === "persistent" ? "1 day" : "15 minutes";
  const wrapUp = field("wrap_up");
  return (
    <>
      <Radio.Group
        label="Block capacity for wrap-up"
        description="Whether an agent in wrap-up has room for the next conversation."
        value={timed ? "custom" : value}
        onChange={(next) => set({ wrap_up: next === "custom" ? "5min" : next })}
        {...(timed ? {} : wrapUp)}
      >
        <Stack gap={12} mt={8}>
          <Radio
            value="block"
            label="Always block"
            description="The units are free when the wrap-up is finished."
          />
          <Radio
            value="release"
            label="Don't block"
            description="The units are free as soon as the conversation is ended."
          />
          <Radio
            value="custom"
            label="Custom time"
            description="The units are free after a while, finished or not."
          />
        </Stack>
      </Radio.Group>
      {timed && (
        <DurationInput
          label="Blocks for"
          description="From 30 seconds to 60 minutes."
          units={["s", "min"]}
          value={value}
          onChange={(next) => set({ wrap_up: next ?? "" })}
          {...wrapUp}
        />
      )}
      <DurationInput
        label="Wrap-up ends after"
        description={`An agent who does not finish is done for after this: the conversation is closed. Usually ${limit}.`}
        units={["s", "min", "h", "d"]}
        placeholder={limit.split(" ")[0]}
        value={draft.timers?.wrap_up_limit}
        onChange={(wrap_up_limit) => set({ timers: { ...draft.timers, wrap_up_limit } })}
        {...field("timers.wrap_up_limit")}
      />
    </>
  );
}
