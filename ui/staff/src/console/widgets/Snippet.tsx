import { Anchor, Text } from "@mantine/core";
import { CopyField } from "../parts/CopyField";

/** What to paste into a page. */
export function Snippet({ id, signedIn }: { id: string; signedIn: boolean }) {
  const attribute = id.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const plain = `<script src="${location.origin}/widget.js" data-widget="${attribute}" async></script>`;
  const identify = `<script>
  (window.linger = window.linger || []).push([
    "identify",
    () => fetch("/chat-token").then((answer) => answer.text()),
  ]);
</script>
${plain}`;
  return (
    <>
      <CopyField
        label="Snippet"
        description={
          signedIn
            ? "Replace /chat-token by the address of your own system that answers a signed token for whoever is signed in."
            : undefined
        }
        value={signedIn ? identify : plain}
      />
      <Text size="sm" c="dimmed">
        The page's origin must be among the allowed origins below.{" "}
        <Anchor
          href={`/widget/${encodeURIComponent(id)}`}
          target="_blank"
          rel="noreferrer"
          underline="always"
        >
          Open the widget alone
        </Anchor>
      </Text>
    </>
  );
}
