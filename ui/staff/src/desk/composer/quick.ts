import type { QuickReply } from "@linger/sdk";

/** What is typed after the slash, if the text is a search for a quick reply. */
export function slashQuery(text: string): string | null {
  return text.startsWith("/") && !text.includes("\n") ? text.slice(1) : null;
}

/** Those that fit, the best first: the title's beginning, the title, then the text. */
export function searchQuick(replies: readonly QuickReply[], query: string): QuickReply[] {
  const wanted = query.trim().toLocaleLowerCase();
  if (!wanted) return [...replies];
  const rank = (reply: QuickReply) => {
    const title = reply.title.toLocaleLowerCase();
    if (title.startsWith(wanted)) return 0;
    if (title.includes(wanted)) return 1;
    return reply.text?.toLocaleLowerCase().includes(wanted) ? 2 : 3;
  };
  return replies
    .map((reply) => ({ reply, at: rank(reply) }))
    .filter((each) => each.at < 3)
    .sort((x, y) => x.at - y.at)
    .map((each) => each.reply);
}
