import { NativeSelect, Radio, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { list, text } from "../parts/clean";
import { ObjectMenu } from "../parts/DeleteButton";
import { DurationInput } from "../parts/DurationInput";
import { EditorPage } from "../parts/EditorPage";
import { useFields } from "../parts/fields";
import { NARROW } from "../parts/narrow";
import { IdField, type ObjectEditorProps, useObjectEditor } from "../parts/object";
import { Section } from "../parts/Section";
import type { Authentication } from "../types";
import { TokenTester } from "./TokenTester";

const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"];

export type Source = "public_key_pem" | "jwks" | "jwks_url";

/** Where the keys come from: exactly one. */
export function sourceOf(setting: Authentication): Source {
  if (setting.jwks_url !== undefined) return "jwks_url";
  return setting.jwks !== undefined ? "jwks" : "public_key_pem";
}

const clean = (setting: Authentication): Authentication => ({
  ...setting,
  // A key keeps its own lines; only an address may have spaces around it.
  jwks_url: setting.jwks_url?.trim(),
  kids: list(setting.kids) && [...(setting.kids ?? [])].sort(),
  context_claims: list(setting.context_claims) && [...(setting.context_claims ?? [])].sort(),
  issuer: text(setting.issuer),
  audience: text(setting.audience),
});

export function AuthenticationEditor(props: ObjectEditorProps<"authentication">) {
  const editor = useObjectEditor("authentication", props, clean);
  return (
    <EditorPage
      editor={editor}
      title={props.fresh ? "New authentication" : props.id}
      back={{ to: "/authentication", label: "Authentication" }}
      onReload={props.onReload}
      actions={
        !props.fresh && (
          <ObjectMenu
            kind="authentication"
            id={props.id}
            effect="Customers with its tokens cannot sign in any more. Widgets that name it must name another setting first."
          />
        )
      }
    >
      <Section
        title="Keys"
        help="With which keys tokens are checked. These are public keys: the private ones stay with your system and never come here."
      >
        <Keys editor={editor} />
      </Section>
      <Section title="What a token must say" help="Besides sub (who the customer is), iat and exp.">
        <Claims editor={editor} />
      </Section>
      {!props.fresh && (
        <Section
          title="Test a token"
          help="Paste a token that your system made. It is checked as if a customer had sent it, with what is saved, and is kept nowhere."
        >
          <TokenTester id={props.id} unsaved={editor.dirty} />
        </Section>
      )}
    </EditorPage>
  );
}

type Form = ReturnType<typeof useObjectEditor<"authentication">>;

function Keys({ editor }: { editor: Form }) {
  const field = useFields();
  const { draft, set } = editor;
  const source = sourceOf(draft);
  const mono = { input: { fontFamily: "var(--mantine-font-family-monospace)" } };
  const choose = (next: Source) =>
    set({ public_key_pem: undefined, jwks: undefined, jwks_url: undefined, [next]: "" });
  return (
    <>
      <IdField
        editor={editor}
        description="What widgets call this setting, such as shop. It stays as it is."
      />
      <NativeSelect
        label="Algorithm"
        description="Pinned here; what a token itself says of it is never believed."
        styles={NARROW}
        data={ALGORITHMS}
        value={draft.algorithm}
        onChange={(event) => set({ algorithm: event.currentTarget.value })}
        {...field("algorithm")}
      />
      <Radio.Group
        label="Keys come from"
        value={source}
        onChange={(next) => choose(next as Source)}
      >
        <Stack gap={12} mt={8}>
          <Radio value="public_key_pem" label="A public key" description="PEM, as text." />
          <Radio value="jwks" label="A JWKS document" description="The whole JSON, as text." />
          <Radio
            value="jwks_url"
            label="The address of a JWKS document"
            description="Fetched at once and every 15 minutes; the last good one is kept through an outage of the provider."
          />
        </Stack>
      </Radio.Group>
      {source === "public_key_pem" && (
        <Textarea
          label="Public key"
          placeholder={"-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----"}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          styles={mono}
          value={draft.public_key_pem ?? ""}
          onChange={(event) => set({ public_key_pem: event.currentTarget.value })}
          {...field("public_key_pem")}
        />
      )}
      {source === "jwks" && (
        <Textarea
          label="JWKS document"
          placeholder={'{"keys": [{"kty": …}]}'}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          styles={mono}
          value={draft.jwks ?? ""}
          onChange={(event) => set({ jwks: event.currentTarget.value })}
          {...field("jwks")}
        />
      )}
      {source === "jwks_url" && (
        <TextInput
          label="Address"
          type="url"
          placeholder="https://id.example.com/.well-known/jwks.json"
          value={draft.jwks_url ?? ""}
          onChange={(event) => set({ jwks_url: event.currentTarget.value })}
          {...field("jwks_url")}
        />
      )}
      <TagsInput
        label="Key ids"
        description="A token must name one of these as its kid, and other keys of a document are not used. Empty: any, or none."
        placeholder={draft.kids?.length ? undefined : "Write, then Enter"}
        acceptValueOnBlur
        value={draft.kids ?? []}
        onChange={(kids) => set({ kids })}
        {...field("kids")}
      />
    </>
  );
}

function Claims({ editor }: { editor: Form }) {
  const field = useFields();
  const { draft, set } = editor;
  return (
    <>
      <TextInput
        label="Issuer"
        description="What iss must be."
        placeholder="Any, or none"
        value={draft.issuer ?? ""}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
        {...field("issuer")}
      />
      <TextInput
        label="Audience"
        description="What aud must be or hold."
        placeholder="Any, or none"
        value={draft.audience ?? ""}
        onChange={(event) => set({ audience: event.currentTarget.value })}
        {...field("audience")}
      />
      <DurationInput
        label="Leeway"
        description="How far the clocks of your system and this server may be apart: at most 5 minutes, usually 60 seconds."
        units={["s", "min"]}
        placeholder="60"
        value={draft.leeway}
        onChange={(leeway) => set({ leeway })}
        {...field("leeway")}
      />
      <TagsInput
        label="Claims that are passed on"
        description="At most 20. Each becomes a value claim.NAME of what its customers start: for routing rules, and for agents to see."
        placeholder={draft.context_claims?.length ? undefined : "tier, plan … then Enter"}
        acceptValueOnBlur
        value={draft.context_claims ?? []}
        onChange={(context_claims) => set({ context_claims })}
        {...field("context_claims")}
      />
    </>
  );
}
