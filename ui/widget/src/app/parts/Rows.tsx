import type { Delivery, Thread, ThreadMessage } from "@linger/sdk";
import { language, t } from "../locales";
import { session } from "../model/app";
import { initials, type Row } from "../model/rows";
import { Icon, type IconName } from "./icons";
import { Text } from "./Text";

const marks: Record<Delivery, IconName> = {
  waiting: "clock",
  sent: "check",
  delivered: "checks",
  read: "checks",
  refused: "alert",
};

/** One line of the log. `data-row` is what scrolling holds on to. */
export function RowView({ row }: { row: Row }) {
  if (row.kind === "day")
    return (
      <div class="day" data-row={row.key}>
        <span>{language.value.dates.day(row.at)}</span>
      </div>
    );
  if (row.kind === "system")
    return (
      <p class="system" data-row={row.key}>
        <Text text={row.message.text} />
      </p>
    );
  return <MessageView message={row.message} first={row.first} last={row.last} />;
}

interface MessageProps {
  message: ThreadMessage;
  first: boolean;
  last: boolean;
}

function MessageView({ message, first, last }: MessageProps) {
  const words = t();
  const { mine, author, delivery } = message;
  const name = author.name || words.team;
  const told = last || delivery === "waiting" || delivery === "refused";
  return (
    <div
      class={`message ${mine ? "mine" : "theirs"}${first ? " first" : ""}${last ? " last" : ""}`}
      data-row={message.key}
    >
      {!mine && (
        <span class="avatar small" aria-hidden="true">
          {last && initials(name)}
        </span>
      )}
      <div class="message-body">
        {first && !mine && <p class="name">{name}</p>}
        <div class={`bubble${delivery === "refused" ? " refused" : ""}`}>
          <span class="sr">{mine ? words.you : name}: </span>
          <Text text={message.text} />
        </div>
        {told && (
          <p class={`meta ${delivery ?? ""}`}>
            <time dateTime={new Date(message.at).toISOString()}>
              {language.value.dates.time(message.at)}
            </time>
            {delivery && (
              <span class="mark" role="img" aria-label={words[delivery]}>
                <Icon name={marks[delivery]} size={14} />
              </span>
            )}
          </p>
        )}
        {delivery === "refused" && <Refused message={message} />}
      </div>
    </div>
  );
}

/** What the server says, and the two ways on. */
function Refused({ message }: { message: ThreadMessage }) {
  const words = t();
  const thread = (): Thread | undefined => session.value?.latest.value?.thread;
  return (
    <div class="refusal" role="alert">
      <p>
        {words.refused}. {message.refusal?.message}
      </p>
      <button type="button" class="link" onClick={() => thread()?.retry(message.key)}>
        {words.retry}
      </button>
      <button type="button" class="link" onClick={() => thread()?.discard(message.key)}>
        {words.discard}
      </button>
    </div>
  );
}
