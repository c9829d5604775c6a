import type { AuditRecord as AuditRecordBody, Session } from "@linger/sdk";
import { Refusal } from "@linger/sdk";
import { api } from "../kit";
import type { CompanyFile, Kind, ObjectOf } from "./types";

/** One field that a change makes different. */
export interface FieldChange {
  field: string;
  before?: unknown;
  after?: unknown;
}

export interface Difference {
  kind: string;
  id: string;
  action: "added" | "changed" | "removed";
  fields: FieldChange[];
}

/** What a change did, or would do. */
export interface Applied {
  revision: number;
  changed: boolean;
  plan: { changes: Difference[] };
  warnings: string[];
  secret?: string | null;
}

export interface ConfigState {
  file: CompanyFile;
  /** The revision as the server's `ETag`, to be sent back as `If-Match`. */
  etag: string;
}

const enc = encodeURIComponent;
const match = (etag: string): Record<string, string> => (etag ? { "If-Match": etag } : {});

function query(fields: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined && value !== "" && value !== false) search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

/** The whole company with its revision. */
export async function readConfig(): Promise<ConfigState> {
  const { body, etag } = await api.request<CompanyFile>("GET", "/api/v1/config");
  return { file: body, etag: etag ?? "" };
}

async function applied(
  method: string,
  path: string,
  etag: string,
  body?: unknown,
): Promise<Applied> {
  return (await api.request<Applied>(method, path, body, match(etag))).body;
}

const objectPath = (kind: Kind, id: string) => `/api/v1/config/${kind}/${enc(id)}`;

export function putObject<K extends Kind>(
  kind: K,
  id: string,
  body: ObjectOf<K>,
  options: { etag: string; dryRun?: boolean },
): Promise<Applied> {
  const path = objectPath(kind, id) + query({ dry_run: options.dryRun });
  return applied("PUT", path, options.etag, body);
}

export function deleteObject(
  kind: Kind,
  id: string,
  options: { etag: string; moveTo?: string; dryRun?: boolean },
): Promise<Applied> {
  const asked = query({ dry_run: options.dryRun, move_to: options.moveTo });
  return applied("DELETE", objectPath(kind, id) + asked, options.etag);
}

/** The company made equal to a file that was put together here. */
export function putCompany(
  file: CompanyFile,
  options: { etag: string; dryRun?: boolean },
): Promise<Applied> {
  return applied("PUT", `/api/v1/config${query({ dry_run: options.dryRun })}`, options.etag, file);
}

export interface UploadOptions {
  etag?: string;
  dryRun?: boolean;
  pruneAgents?: boolean;
  /** Which queue takes the conversations of one that goes. */
  moves?: Record<string, string>;
}

/** The company made equal to a file as it is on disk: TOML or JSON, judged by the server. */
export async function putText(
  text: string,
  type: "application/toml" | "application/json",
  options: UploadOptions,
): Promise<Applied> {
  const moves = Object.entries(options.moves ?? {})
    .map(([from, to]) => `${from}=${to}`)
    .join(",");
  const asked = query({ dry_run: options.dryRun, prune_agents: options.pruneAgents, moves });
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/config${asked}`, {
      method: "PUT",
      headers: { "X-Linger-Request": "1", "Content-Type": type, ...match(options.etag ?? "") },
      body: text,
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch {
    const message = "The server cannot be reached; check the connection.";
    throw new Refusal({ code: "unreachable", message, retry: true, help: "/docs/errors" });
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body as Applied;
  throw new Refusal(
    body?.error ?? {
      code: "unavailable",
      message: `The server answered ${answer.status}.`,
      retry: answer.status >= 500,
      help: "/docs/errors",
    },
  );
}

export const renewSecret = (agent: string) =>
  api.post<{ agent: string; secret: string; revision: number }>(
    `/api/v1/config/agents/${enc(agent)}/secret`,
  );

export const setPassword = (agent: string, password: string) =>
  api.put<void>(`/api/v1/agents/${enc(agent)}/password`, { password });
export const removePassword = (agent: string) =>
  api.delete<void>(`/api/v1/agents/${enc(agent)}/password`);
export const removeSecondFactor = (agent: string) =>
  api.delete<void>(`/api/v1/agents/${enc(agent)}/totp`);
export const readSessions = async (agent: string) =>
  (await api.get<{ sessions: Session[] }>(`/api/v1/agents/${enc(agent)}/sessions`)).sessions;
export const endSessions = (agent: string) =>
  api.delete<void>(`/api/v1/agents/${enc(agent)}/sessions`);
export const endSession = (agent: string, session: string) =>
  api.delete<void>(`/api/v1/agents/${enc(agent)}/sessions/${enc(session)}`);

export interface ApiKey {
  id: string;
  agent: string;
  name: string;
  scopes: string[];
  since: number;
  by: string;
  expires_at?: number | null;
  key?: string | null;
}

export const readKeys = async () => (await api.get<{ keys: ApiKey[] }>("/api/v1/api-keys")).keys;
export const makeKey = (key: Pick<ApiKey, "agent" | "name" | "scopes" | "expires_at">) =>
  api.post<ApiKey>("/api/v1/api-keys", key);
export const revokeKey = (id: string) => api.delete<void>(`/api/v1/api-keys/${enc(id)}`);

export interface AuditChange {
  kind: string;
  id: string;
  before?: unknown;
  after?: unknown;
}

export interface AuditRecord extends Omit<AuditRecordBody, "details" | "change"> {
  details?: Record<string, string>;
  change?: {
    interface: string;
    revision: number;
    changes: AuditChange[];
    shortened: boolean;
  } | null;
}

export interface AuditFilter {
  what?: string;
  who?: string;
  object?: string;
  since?: number;
  until?: number;
}

export const readAudit = (filter: AuditFilter & { before?: string; limit?: number }) =>
  api.get<{ records: AuditRecord[]; next?: string | null }>(`/api/v1/audit${query({ ...filter })}`);

export const auditExport = (filter: AuditFilter) => `/api/v1/audit/export${query({ ...filter })}`;

export interface CustomerInfo {
  customer: string;
  conversations: number;
  devices: string[];
  in_audit: boolean;
  erasing: boolean;
}

export interface Erased {
  pseudonym: string;
  conversations?: number | null;
  devices?: number | null;
  audit_records?: number | null;
}

export const readCustomer = (id: string) => api.get<CustomerInfo>(`/api/v1/customers/${enc(id)}`);
export const eraseCustomer = async (id: string) => {
  const { body, status } = await api.request<Erased>("DELETE", `/api/v1/customers/${enc(id)}`);
  return { ...body, underWay: status === 202 };
};

export interface TokenTest {
  ok: boolean;
  checks: { check: string; ok: boolean; message: string }[];
  customer?: string;
  claims?: Record<string, unknown>;
}

export const testToken = (authentication: string, token: string) =>
  api.post<TokenTest>(`/api/v1/config/authentication/${enc(authentication)}/test`, { token });

export interface Supposed {
  workstream?: string;
  widget?: string;
  locale?: string;
  context?: Record<string, string>;
  at?: number;
  customer?: string;
}

export interface StartExplained {
  at: number;
  workstream: string;
  mode: "persistent" | "live";
  distribution: "push" | "pick";
  enabled: boolean;
  widget_enabled?: boolean | null;
  existing?: { conversation: string; state: string } | null;
  refused?: { code: string; message: string; opens_at?: number | null } | null;
  rules: {
    name: string;
    queue: string;
    verdict: "matched" | "failed" | "not_reached";
    failed?: { key: string; test: Record<string, unknown>; found: string | null } | null;
  }[];
  route?: string | null;
  routed: string;
  overflow: {
    from?: string;
    then?: string;
    to?: string | null;
    reason?: string;
    waiting?: number | null;
    after_ms?: number | null;
  }[];
  ends?: Record<string, string> | null;
  queue?: {
    id: string;
    open: boolean;
    opens_at?: number | null;
    waiting: number;
    wait_ms?: number | null;
    prefers?: string | null;
    agents: {
      rule: string;
      considered: { agent: string; ruled_out?: string | null }[];
      more: number;
    };
  } | null;
}

export const explainStart = (supposed: Supposed) =>
  api.post<StartExplained>("/api/v1/routing/explain", supposed);
