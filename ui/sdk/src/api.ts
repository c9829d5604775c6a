import type { RefusalBody } from "./protocol.js";
import { Refusal, unreachable } from "./refusal.js";
import type { Api, ApiOptions } from "./types.js";

/** HTTP with the typed refusal. */
export function createApi(options: ApiOptions = {}): Api {
  const server = (options.server ?? "").replace(/\/+$/, "");

  const request: Api["request"] = async <T>(
    method: string,
    path: string,
    body?: unknown,
    extra: Record<string, string> = {},
  ) => {
    const headers: Record<string, string> = { ...extra };
    // Proves that a page of the server asks; another server's page may not send it, and need not.
    if (server === "") headers["X-Linger-Request"] = "1";
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (options.getToken) headers.Authorization = `Bearer ${await options.getToken()}`;
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(server + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: options.getToken ? "omit" : "same-origin",
        cache: "no-store",
        signal: options.signal,
      });
      text = await answer.text();
    } catch {
      throw unreachable();
    }
    const parsed = parse(text);
    if (!answer.ok) throw refusal(answer, parsed);
    return { body: parsed as T, etag: answer.headers.get("etag"), status: answer.status };
  };

  const body = async <T>(...args: Parameters<Api["request"]>) => (await request<T>(...args)).body;
  return {
    request,
    get: (path) => body("GET", path),
    post: (path, data) => body("POST", path, data),
    put: (path, data, headers) => body("PUT", path, data, headers),
    delete: (path) => body("DELETE", path),
  };
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusal(answer: Response, parsed: unknown): Refusal {
  const error = (parsed as { error?: RefusalBody } | undefined)?.error;
  if (error?.code) return new Refusal(error);
  // A proxy in between speaks for itself: only its faults are worth another try.
  return new Refusal({
    code: answer.status >= 500 ? "unavailable" : "invalid_request",
    message: `The server answered ${answer.status}.`,
    retry: answer.status >= 500 || answer.status === 429,
    help: "/docs/errors",
  });
}
