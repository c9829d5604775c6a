/** Finds addresses in a text, so that they can be shown as links. What it returns is text, never markup. */

export type Piece = { text: string; href?: string };

// A scheme or `www.`, or a mail address. What is linked is decided below, not by the pattern.
const CANDIDATE =
  /(?:https?:\/\/|www\.)[^\s<>"'`{}|\\^\p{Cc}\p{Cf}]+|[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_+-])?@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/giu;
const LENGTH_MAX = 2_000;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const plain = (until: number) => {
    if (until > done) pieces.push({ text: text.slice(done, until) });
  };
  for (const match of text.matchAll(CANDIDATE)) {
    const before = text[match.index - 1];
    // `xhttps://…` or `a@b@c.d` is no address that somebody wrote.
    if (before && /[\p{L}\p{N}@/._%+-]/u.test(before)) continue;
    const shown = trim(match[0]);
    const href = hrefOf(shown);
    if (!href) continue;
    plain(match.index);
    pieces.push({ text: shown, href });
    done = match.index + shown.length;
  }
  plain(text.length);
  return pieces;
}

/** A full stop or a bracket after an address belongs to the sentence, unless the address opened it. */
function trim(candidate: string): string {
  let end = candidate.length;
  while (end > 0) {
    const last = candidate[end - 1] as string;
    if (/[.,;:!?…*_~]/u.test(last)) {
      end -= 1;
      continue;
    }
    const opening = last === ")" ? "(" : last === "]" ? "[" : null;
    if (!opening) break;
    const head = candidate.slice(0, end);
    if (head.split(last).length <= head.split(opening).length) break;
    end -= 1;
  }
  return candidate.slice(0, end);
}

function hrefOf(shown: string): string | null {
  if (shown.length > LENGTH_MAX) return null;
  const address = /^https?:\/\//i.test(shown)
    ? shown
    : /^www\./i.test(shown)
      ? `https://${shown}`
      : `mailto:${shown}`;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol === "mailto:") return url.search ? null : url.href;
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  // `https://bank.example@evil.example` shows another host than it leads to.
  if (url.username || url.password) return null;
  if (!url.hostname.includes(".") && url.hostname !== "localhost" && !url.hostname.startsWith("["))
    return null;
  return url.href;
}
