import { IconShieldCheck } from "@tabler/icons-react";
import { useRoute } from "wouter";
import { useConfig } from "../config";
import { objectPath } from "../kinds";
import { ListPage } from "../parts/ListPage";
import { ObjectRoute } from "../parts/object";
import { idOf } from "../routes";
import type { Authentication } from "../types";
import { AuthenticationEditor, sourceOf } from "./AuthenticationEditor";

const SOURCES = { public_key_pem: "Public key", jwks: "JWKS document", jwks_url: "JWKS address" };

export function AuthenticationRoutes() {
  const [one, params] = useRoute("/authentication/:id");
  if (!one) return <AuthenticationList />;
  const id = idOf(params.id);
  return (
    <ObjectRoute
      kind="authentication"
      id={id === "new" ? undefined : id}
      template={(): Authentication => ({ algorithm: "RS256", public_key_pem: "" })}
      Editor={AuthenticationEditor}
    />
  );
}

function AuthenticationList() {
  const { file } = useConfig();
  const rows = Object.entries(file.authentication ?? {}).map(([id, setting]) => ({
    id,
    name: id,
    to: objectPath("authentication", id),
    setting,
  }));
  return (
    <ListPage
      title="Authentication"
      noun="setting"
      lead="How customers prove who they are: with tokens (JWT) that your own system signs. All settings name the same customers: maria of one is maria of another, so trust each of them with all."
      rows={rows}
      newTo="/authentication/new"
      icon={<IconShieldCheck size={20} />}
      empty="Give linger the public key of the system that signs people in on your page."
      columns={[
        { label: "Algorithm", show: ({ setting }) => setting.algorithm },
        { label: "Keys", wide: true, show: ({ setting }) => SOURCES[sourceOf(setting)] },
        { label: "Issuer", wide: true, show: ({ setting }) => setting.issuer ?? "Any" },
        {
          label: "Widgets",
          show: ({ id }) =>
            Object.entries(file.widgets ?? {})
              .filter(([, widget]) => [widget.authentication ?? []].flat().includes(id))
              .map(([widget]) => widget)
              .join(", ") || "–",
        },
      ]}
    />
  );
}
