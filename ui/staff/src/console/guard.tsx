import { Button, Group, Modal, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useReadable, value } from "../kit";

/** What would be lost by leaving: the name of what is being edited. */
const dirty = value<string | null>(null);

interface Leaving {
  go(): void;
}
const leaving = value<Leaving | null>(null);

/** Does `go` at once, or after asking where something would be lost. */
export function leave(go: () => void): void {
  if (dirty.get() === null) go();
  else leaving.set({ go });
}

let path = location.pathname + location.search;

/** Notes where the page is, so that a step back that was stopped can be undone. */
export function arrived(): void {
  path = location.pathname + location.search;
}

/** Steps of the browser's history are stopped here, before the router hears of them. */
window.addEventListener("popstate", (event) => {
  if (dirty.get() === null) {
    arrived();
    return;
  }
  event.stopImmediatePropagation();
  const target = location.pathname + location.search;
  history.pushState(null, "", path);
  leave(() => {
    history.pushState(null, "", target);
    arrived();
    window.dispatchEvent(new PopStateEvent("popstate"));
  });
});

window.addEventListener("beforeunload", (event) => {
  if (dirty.get() !== null) event.preventDefault();
});

/** While `on`, whoever wants to leave is asked first. */
export function useUnsaved(on: boolean, name: string): void {
  useEffect(() => {
    if (!on) return;
    dirty.set(name);
    return () => dirty.set(null);
  }, [on, name]);
}

/** Nothing is lost by leaving now: it was saved or is gone. */
export const nothingUnsaved = () => dirty.set(null);

/** The question; once in the page. */
export function LeaveDialog() {
  const asked = useReadable(leaving);
  const what = useReadable(dirty);
  const [shown, setShown] = useState("");
  useEffect(() => {
    if (asked && what) setShown(what);
  }, [asked, what]);
  const stay = () => leaving.set(null);
  return (
    <Modal
      opened={asked !== null}
      onClose={stay}
      title="Leave without saving?"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Text size="sm">Your changes to {shown || "this page"} are not saved yet.</Text>
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={stay} data-autofocus>
          Stay here
        </Button>
        <Button
          color="red"
          onClick={() => {
            const go = asked?.go;
            dirty.set(null);
            leaving.set(null);
            go?.();
          }}
        >
          Discard changes
        </Button>
      </Group>
    </Modal>
  );
}
