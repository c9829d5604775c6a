import type { Connection } from "@linger/sdk";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, t } from "../locales";
import { again, isOpen, session, stage } from "../model/app";
import * as host from "../model/host";
import type { Session } from "../model/session";

/** A short break is nobody's business. */
const SILENT_MS = 1_200;

interface Said {
  sentence: string;
  retry?: boolean;
}

function sentenceOf(s: Session, { state, refusal }: Connection): Said | null {
  const words = t();
  switch (state) {
    case "connecting":
      return { sentence: words.connecting };
    case "signed_out":
      return { sentence: `${words.signInAgain} ${refusal?.message ?? ""}`, retry: true };
    case "offline": {
      if (host.signedIn.value && host.tokenMissing.value)
        return { sentence: words.signInAgain, retry: true };
      if (refusal && refusal.code !== "unreachable") return { sentence: refusal.message };
      if (s.current.value?.view.value.mode === "live") return { sentence: words.offlineLive };
      const lost = s.outbox.value === "memory";
      return { sentence: lost ? words.offlineMemory : words.offline };
    }
    default:
      return null;
  }
}

/** What is the matter with the connection, said as it is. */
export function ConnectionLine() {
  const words = t();
  const s = session.value;
  const connection = s?.connection.value;
  const late = useSignal(false);
  const state = connection?.state ?? "connecting";
  const since = connection?.since ?? 0;
  useEffect(() => {
    late.value = false;
    if (state === "online") return;
    const timer = setTimeout(
      () => {
        late.value = true;
      },
      Math.max(0, since + SILENT_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [state, since]);

  const wanted = s && stage.value === "chat" && (late.value || state === "signed_out");
  const said = wanted && connection ? sentenceOf(s, connection) : null;
  return (
    <div class={`line ${said ? state : "empty"}`} role="status">
      {said && <span>{said.sentence}</span>}
      {said?.retry && (
        <button type="button" class="link" onClick={again}>
          {words.tryAgain}
        </button>
      )}
    </div>
  );
}

/** Persistent, outside hours: writing is fine, and when somebody is back. */
export function HoursLine() {
  const words = t();
  const info = session.value?.info.value;
  if (info?.mode !== "persistent" || isOpen(info)) return null;
  return (
    <p class="line hours" role="note">
      {info.opens_at ? words.back(language.value.dates.opening(info.opens_at)) : words.away}
    </p>
  );
}

/** Live: where the visitor stands in line. */
export function PlaceLine() {
  const words = t();
  const s = session.value;
  const view = s?.current.value?.view.value;
  if (!s || view?.mode !== "live" || view.id === "" || view.accepted) return null;
  const place = s.place.value;
  const minutes = place?.waitMs ? Math.ceil(place.waitMs / 60_000) : 0;
  return (
    <p class="line place" role="status">
      <span>{place?.position ? words.place(place.position) : words.looking}</span>
      {minutes > 0 && <span>{words.wait(minutes)}</span>}
    </p>
  );
}
