import { ActionIcon, Alert, Button, Group, List, Menu, Modal, Select, Text } from "@mantine/core";
import { IconAlertTriangle, IconDots, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { asRefusal, toastDone } from "../../kit";
import { deleteObject } from "../api";
import { useConfig } from "../config";
import { nothingUnsaved } from "../guard";
import { KIND_NAMES, KIND_PATHS } from "../kinds";
import type { Kind } from "../types";

/** More actions of an object, deleting it last; it says what still needs the object. */
export function ObjectMenu(props: {
  kind: Kind;
  id: string;
  /** What deleting means, in a sentence. */
  effect: ReactNode;
  /** Queues: where the conversations can go on. */
  moveTo?: { value: string; label: string }[];
  children?: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {props.children}
          {props.children && <Menu.Divider />}
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Delete ${KIND_NAMES[props.kind]?.toLowerCase()} ${props.id}?`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {open && <Confirm {...props} onClose={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Confirm(props: {
  kind: Kind;
  id: string;
  effect: ReactNode;
  moveTo?: { value: string; label: string }[];
  onClose: () => void;
}) {
  const config = useConfig();
  const [, navigate] = useLocation();
  const [moveTo, setMoveTo] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ReturnType<typeof asRefusal> | null>(null);
  const remove = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await deleteObject(props.kind, props.id, {
        etag: config.etag,
        moveTo: moveTo ?? undefined,
      });
      nothingUnsaved();
      navigate(KIND_PATHS[props.kind], { replace: true });
      toastDone(`${KIND_NAMES[props.kind]} ${props.id} is deleted.`);
      await config.reload();
    } catch (error) {
      setRefusal(asRefusal(error));
    } finally {
      setBusy(false);
    }
  };
  const conflict = refusal?.code === "conflict";
  return (
    <>
      <Text size="sm">{props.effect}</Text>
      {props.moveTo && (
        <Select
          mt="md"
          label="Where its conversations go"
          description="Everything that is open in this queue goes on there, with its agent and its place in line."
          placeholder="Nowhere: only if nothing is open in it"
          data={props.moveTo}
          value={moveTo}
          onChange={setMoveTo}
          clearable
          clearButtonProps={{ "aria-label": "Choose no queue" }}
        />
      )}
      {refusal && (
        <Alert
          mt="md"
          color="red"
          role="alert"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={refusal.code === "in_use" ? "It is still needed" : "Not deleted"}
        >
          {refusal.problems?.length ? (
            <List size="sm" spacing={4}>
              {refusal.problems.map((each) => (
                <List.Item key={String(each)}>{String(each)}</List.Item>
              ))}
            </List>
          ) : (
            <Text size="sm">{refusal.message}</Text>
          )}
          {conflict && (
            <Button
              mt="xs"
              size="compact-sm"
              variant="default"
              onClick={() => void config.reload().then(() => setRefusal(null))}
            >
              Read again
            </Button>
          )}
        </Alert>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={props.onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="red" loading={busy} onClick={() => void remove()}>
          Delete
        </Button>
      </Group>
    </>
  );
}
