import { linkify } from "../model/linkify";

/** What somebody wrote: text nodes and links, never markup. */
export function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map(({ text: shown, href }, n) =>
        href ? (
          <a key={n} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {shown}
          </a>
        ) : (
          shown
        ),
      )}
    </>
  );
}
