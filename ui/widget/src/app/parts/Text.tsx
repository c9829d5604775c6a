import { linkify } from "../model/linkify";

/** What somebody wrote: text nodes and links, never markup. */
export function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map(({ text: shown, href }, n) =>
        href ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change
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
