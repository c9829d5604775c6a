import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { toastRefusal } from "../../kit";
import { readConfig } from "../api";
import { revisionOf } from "../config";
import { writeToml } from "./toml";

type Format = "toml" | "json";

/** The configuration as a file, read at the moment it is asked for. */
export function Download() {
  const [busy, setBusy] = useState<Format | null>(null);
  const save = async (format: Format) => {
    setBusy(format);
    try {
      const { file, etag } = await readConfig();
      const text = format === "toml" ? writeToml(file) : `${JSON.stringify(file, null, 2)}\n`;
      const type = format === "toml" ? "application/toml" : "application/json";
      const address = URL.createObjectURL(new Blob([text], { type }));
      const link = document.createElement("a");
      link.href = address;
      link.download = `company-${revisionOf(etag)}.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      toastRefusal(error, "Not downloaded");
    } finally {
      setBusy(null);
    }
  };
  return (
    <Group gap={8}>
      {(["toml", "json"] as const).map((format) => (
        <Button
          key={format}
          variant="default"
          loading={busy === format}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => void save(format)}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </Group>
  );
}
