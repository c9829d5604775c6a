import type { ReactNode } from "react";

const LINK = /https?:\/\/[^\s<>"']+/gi;
/** What ends a sentence is not part of an address. */
const TRAILING = /[.,:;!?)\]}»”’]+$/;

/** Addresses become links, to http and https alone; everything else stays text. */
export function linked(text: string): ReactNode {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const raw = match[0];
    const address = balanced(raw) ? raw.replace(/[.,:;!?]+$/, "") : raw.replace(TRAILING, "");
    const url = parse(address);
    if (!url) continue;
    parts.push(text.slice(end, match.index));
    parts.push(
      <a key={match.index} href={url} target="_blank" rel="noopener noreferrer nofollow">
        {address}
      </a>,
    );
    end = match.index + address.length;
  }
  if (parts.length === 0) return text;
  parts.push(text.slice(end));
  return parts;
}

const balanced = (text: string) =>
  text.includes("(") && text.split("(").length === text.split(")").length;

function parse(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
