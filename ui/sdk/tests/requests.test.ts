import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClientFrame } from "../src/index";
import { Requests } from "../src/link/requests";

describe("requests and their answers", () => {
  let sent: ClientFrame[];
  let connected: boolean;
  let requests: Requests;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    connected = true;
    requests = new Requests((frame) => {
      if (connected) sent.push(frame);
      return connected;
    });
  });
  afterEach(() => {
    requests.close();
    vi.useRealTimers();
  });

  const ref = (n: number) => (sent[n] as { ref: string }).ref;

  test("an answer finds its request, and a refusal is one", async () => {
    const [me, place] = [requests.ask("me", {}), requests.ask("place", { conversation: "c" })];
    expect(requests.answered({ type: "accepted", ref: "nobody's" })).toBe(false);
    const refused = {
      type: "refused" as const,
      code: "closed",
      message: "m",
      retry: false,
      help: "h",
    };
    expect(requests.answered({ ...refused, ref: ref(1) })).toBe(true);
    expect(requests.answered({ type: "accepted", ref: ref(0) })).toBe(true);
    expect(requests.answered({ type: "accepted", ref: ref(0) })).toBe(false);
    await expect(me).resolves.toMatchObject({ type: "accepted" });
    await expect(place).rejects.toMatchObject({ code: "closed" });
  });

  test("no more are on their way than the server takes", async () => {
    const heavy = Array.from({ length: 6 }, () => requests.ask("list", {}));
    for (const asked of heavy) asked.catch(() => {});
    expect(sent).toHaveLength(4);
    const light = requests.ask("me", {});
    expect(sent).toHaveLength(5);
    requests.answered({ type: "accepted", ref: ref(0) });
    expect(sent).toHaveLength(6);
    requests.answered({ type: "accepted", ref: ref(4) });
    await light;
  });

  test("a request waits for a connection, but not for ever", async () => {
    connected = false;
    const [early, late] = [requests.ask("me", {}), requests.ask("floor", {})];
    const given = expect(late).rejects.toMatchObject({ code: "unreachable", retry: true });
    connected = true;
    sent = [];
    requests.flush();
    expect(sent).toHaveLength(2);
    requests.answered({ type: "accepted", ref: ref(0) });
    await early;
    requests.lost();
    await given;
    connected = false;
    const never = expect(requests.ask("me", {})).rejects.toMatchObject({ code: "unreachable" });
    vi.advanceTimersByTime(60_000);
    await never;
  });

  test("what is too large is not sent: it would end the connection", async () => {
    const sending = requests.send("c", "m-1", "\u{1F600}".repeat(30_000));
    await expect(sending).rejects.toMatchObject({ code: "frame_too_large", retry: false });
    expect(sent).toEqual([]);
  });
});
