import { useRoute } from "wouter";
import { ObjectRoute } from "../parts/object";
import { idOf } from "../routes";
import { QueueEditor } from "./QueueEditor";
import { QueueList } from "./QueueList";

export function QueueRoutes() {
  const [one, params] = useRoute("/queues/:id");
  if (!one) return <QueueList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="queues"
      id={id === "new" ? undefined : id}
      template={() => ({ members: [], method: "highest_capacity", priority: 0 })}
      Editor={QueueEditor}
    />
  );
}
