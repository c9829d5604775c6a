import { Button, Group, Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyField } from "./CopyField";

/** Something that is shown this once. Only the button closes it, so that no slip of the hand loses it. */
export function SecretDialog(props: {
  title: string;
  label: string;
  secret: string | null;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Modal
      opened={props.secret !== null}
      onClose={props.onClose}
      title={props.title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Text size="sm" mb="md">
        {props.children}
      </Text>
      <CopyField label={props.label} value={props.secret ?? ""} />
      <Group justify="flex-end" mt="lg">
        <Button onClick={props.onClose}>I have kept it</Button>
      </Group>
    </Modal>
  );
}
