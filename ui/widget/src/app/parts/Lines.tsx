import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, t } from "../locales";
import { again, isOpen, session, stage } from "../model/app";

/** A short break is nobody's business. */
const SILENT_MS = 1_200;

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

  let sentence = "";
  let retry = false;
  if (s && stage.value === "chat" && (late.value || state === "signed_out")) {
    const live = s.current.value?.view.value.mode === "live";
    if (state === "connecting") sentence = words.connecting;
    else if (state === "offline")
      sentence = live
        ? words.offlineLive
        : s.outbox.value === "memory"
          ? words.offlineMemory
          : words.offline;
    else if (state === "signed_out") {
      sentence = `${words.signInAgain} ${connection?.refusal?.message ?? ""}`;
      retry = true;
    }
  }
  return (
    <div class={`line ${sentence ? state : "empty"}`} role="status">
      {sentence && <span>{sentence}</span>}
      {retry && (
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
