import { ColorInput, Radio, Stack } from "@mantine/core";
import { useFields } from "../parts/fields";
import { TextsEditor } from "../parts/TextsEditor";
import type { Widget } from "../types";

const SWATCHES = [
  "#1d4ed8",
  "#0a6ebd",
  "#0f766e",
  "#15803d",
  "#b45309",
  "#b91c1c",
  "#7e22ce",
  "#1f2937",
];

export function Look(props: { draft: Widget; set: (patch: Partial<Widget>) => void }) {
  const { draft, set } = props;
  const field = useFields();
  const look = draft.look ?? {};
  const put = (patch: Partial<NonNullable<Widget["look"]>>) => set({ look: { ...look, ...patch } });
  return (
    <>
      <TextsEditor
        label="Title"
        description="What stands at its top."
        place="look.title"
        value={look.title}
        onChange={(title) => put({ title })}
      />
      <ColorInput
        label="Accent"
        description="The main colour. Texts on it are black or white, whichever can be read."
        placeholder="linger's own"
        format="hex"
        swatches={SWATCHES}
        styles={{ wrapper: { maxWidth: 240 } }}
        eyeDropperButtonProps={{ "aria-label": "Pick a colour from the screen" }}
        value={look.accent ?? ""}
        onChange={(accent) => put({ accent: accent || undefined })}
        {...field("look.accent")}
      />
      <Radio.Group
        label="Corner"
        value={look.position ?? "end"}
        onChange={(position) => put({ position: position as "start" | "end" })}
        {...field("look.position")}
      >
        <Stack gap={8} mt={8}>
          <Radio
            value="end"
            label="Where lines end"
            description="Lower right; lower left where people write from right to left."
          />
          <Radio value="start" label="Where lines begin" description="The other one." />
        </Stack>
      </Radio.Group>
    </>
  );
}
