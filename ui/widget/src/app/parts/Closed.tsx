import { language, t } from "../locales";
import { refusedUntil, session } from "../model/app";
import { Sentence } from "./App";

/** Live, outside hours: nobody could answer, so nothing is asked. */
export function Closed() {
  const words = t();
  const info = session.value?.info.value;
  const opensAt = info?.opens_at ?? refusedUntil.value?.opensAt;
  const when = opensAt ? language.value.dates.opening(opensAt) : "";
  const text = info?.offline.text ?? "";
  const moment = opensAt ? language.value.dates.moment(opensAt) : "";
  const filled = text.replaceAll("{opens_at}", moment);
  const says = text.includes("{opens_at}") || /\d/.test(text);
  return (
    <Sentence icon="moon" title={info?.offline.title || words.closedTitle} text={filled}>
      {when && !says && <p>{words.opens(when)}</p>}
    </Sentence>
  );
}
