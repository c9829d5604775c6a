import { Button, Group, Input, Textarea } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";

/** A text to be copied. Where the browser does not let pages copy, it is selected instead. */
export function CopyField(props: { label: string; value: string; description?: string }) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 3000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.value);
      setCopied(true);
    } catch {
      area.current?.focus();
      area.current?.select();
    }
  };
  return (
    <Input.Wrapper label={props.label} description={props.description} labelProps={{ htmlFor: id }}>
      <Textarea
        ref={area}
        id={id}
        mt={4}
        readOnly
        autosize
        minRows={1}
        maxRows={10}
        value={props.value}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group mt={8} gap={8}>
        <Button
          variant="default"
          size="compact-md"
          leftSection={
            copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
          }
          onClick={() => void copy()}
          aria-label={copied ? `${props.label} copied` : `Copy ${props.label}`}
        >
          {copied ? "Copied" : "Copy"}
        </Button>
        <span className="visually-hidden" role="status">
          {copied ? "Copied" : ""}
        </span>
      </Group>
    </Input.Wrapper>
  );
}
