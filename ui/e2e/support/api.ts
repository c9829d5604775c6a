/** The HTTP API in somebody's name, for what a test needs to have happened before it begins. */

export interface View {
  id: string;
  state: string;
  agent?: string;
  last_seq: number;
  last_agent?: string;
  waiting_for?: string;
  accepted: boolean;
  customer_marks: { delivered: number; read: number };
  agent_marks: { delivered: number; read: number };
}

export interface Message {
  seq: number;
  author: { kind: string; agent?: string; system?: string };
  client_id?: string;
  text: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

export class Api {
  constructor(
    private readonly server: string,
    private readonly token: string,
  ) {}

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.server}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      const error = text ? JSON.parse(text).error : {};
      const said = [error.code, error.message, ...(error.problems ?? []).map(JSON.stringify)];
      throw new Refused(
        answer.status,
        error.code,
        `${method} ${path}: ${answer.status} ${said.join(" ")}`,
        error.retry_after_ms ?? 0,
      );
    }
    return (text ? JSON.parse(text) : undefined) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.request("GET", path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.request("POST", path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.request("PUT", path, body);
  }

  /** An object of the configuration with some fields changed; made if there is none. */
  async configure(kind: string, id: string, change: object): Promise<void> {
    const path = `/api/v1/config/${kind}/${id}`;
    const before = await this.get<object>(path).catch((error) => {
      if (error instanceof Refused && error.status === 404) return {};
      throw error;
    });
    await this.put(path, { ...before, ...change });
  }

  presence(presence: string): Promise<unknown> {
    return this.put("/api/v1/me/presence", { presence });
  }

  async start(workstream: string, text?: string, context?: Record<string, string>): Promise<View> {
    const fields = text === undefined ? {} : { text, client_id: crypto.randomUUID() };
    const { conversation } = await this.post<{ conversation: View }>("/api/v1/conversations", {
      workstream,
      ...fields,
      ...(context ? { context } : {}),
    });
    return conversation;
  }

  say(conversation: string, text: string): Promise<{ seq: number }> {
    const body = { client_id: crypto.randomUUID(), text };
    return this.post(`/api/v1/conversations/${conversation}/messages`, body);
  }

  view(conversation: string): Promise<View> {
    return this.get(`/api/v1/conversations/${conversation}`);
  }

  act(conversation: string, action: string, body?: unknown): Promise<View> {
    return this.post(`/api/v1/conversations/${conversation}/${action}`, body);
  }

  /** The whole thread as the server keeps it. */
  async messages(conversation: string): Promise<Message[]> {
    const all: Message[] = [];
    for (;;) {
      const page = await this.get<{ messages: Message[]; last_seq: number }>(
        `/api/v1/conversations/${conversation}/messages?after=${all.at(-1)?.seq ?? 0}&limit=200`,
      );
      all.push(...page.messages);
      if (page.messages.length === 0 || all.at(-1)?.seq === page.last_seq) return all;
    }
  }

  /** Own conversations (of staff: all they may see), newest first. */
  async conversations(query = ""): Promise<View[]> {
    return (await this.get<{ conversations: View[] }>(`/api/v1/conversations${query}`))
      .conversations;
  }
}

/** Does something with each, so many at a time. */
export async function each<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
