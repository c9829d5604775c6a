import type { JournalEntry, Message, Note, QuickReply, ThreadMessage, View } from "@linger/sdk";
import { isValidElement } from "react";
import { expect, test } from "vitest";
import { searchQuick, slashQuery } from "../src/desk/composer/quick";
import { summary } from "../src/desk/following";
import { contextOf, decisions, inShort } from "../src/desk/panel/why";
import { asThreadMessage, buildEntries } from "../src/desk/thread/entries";
import { linked } from "../src/desk/thread/links";
import { formatCountdown, formatDay, formatDuration } from "../src/kit/format";

const DAY = 86_400_000;
const T = new Date(2026, 10, 23, 12).getTime();

const message = (seq: number, more: Partial<ThreadMessage> = {}): ThreadMessage => ({
  key: `c:${seq}`,
  seq,
  at: T + seq * 1000,
  author: { kind: "customer" },
  text: `text ${seq}`,
  mine: false,
  ...more,
});
const ours = { author: { kind: "agent" as const, agent: "anna" }, mine: true };
const view = { id: "c", customer: "maria", created_at: T } as View;
const build = (messages: ThreadMessage[], more: Partial<Parameters<typeof buildEntries>[0]> = {}) =>
  buildEntries({ past: [], view, messages, notes: [], unreadFrom: null, ...more });

test("messages of one speaker in a row are a group, a day begins another", () => {
  const entries = build([
    message(1),
    message(2),
    message(3, ours),
    message(4, { ...ours, at: T + DAY }),
  ]);
  expect(entries.map((e) => (e.kind === "message" ? [e.first, e.last] : null))).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
  expect(entries.map((e) => e.above?.day !== undefined)).toEqual([true, false, false, true]);
});

test("notes stand between the messages, and unread ones begin at a line", () => {
  const note = { conversation: "c", number: 1, at: T + 1500, by: "bob", text: "n" } as Note;
  const entries = build([message(1), message(2), message(3)], { notes: [note], unreadFrom: 3 });
  expect(entries.map((e) => e.kind)).toEqual(["message", "note", "message", "unread", "message"]);
});

test("notes from before the window come with their messages", () => {
  const note = { conversation: "c", number: 1, at: T, by: "bob", text: "n" } as Note;
  expect(build([message(7)], { notes: [note] }).map((e) => e.kind)).toEqual(["message"]);
  expect(build([message(1)], { notes: [note] }).map((e) => e.kind)).toEqual(["note", "message"]);
});

test("the first line has the same key when earlier ones are put before it", () => {
  const short = build([message(5), message(6)]);
  const long = build([message(3), message(4), message(5), message(6)]);
  expect(long.some((entry) => entry.key === short[0]?.key)).toBe(true);
});

test("earlier conversations have a heading, and so has this one then", () => {
  const past = { view: { ...view, id: "p" }, messages: [message(1, { key: "p:1" })] };
  const [first, second] = build([message(1)], { past: [past] });
  expect(first?.above?.conversation?.id).toBe("p");
  expect(second?.above).toMatchObject({ current: true });
});

test("a message of the history is own if the agent wrote it", () => {
  const raw: Message = { conversation: "c", seq: 1, at: 1, author: ours.author, text: "x" };
  expect(asThreadMessage(raw, "anna").mine).toBe(true);
  expect(asThreadMessage(raw, "bob").mine).toBe(false);
});

test("a row says what is unread, what came last, and since when nobody answered", () => {
  const system = message(4, { author: { kind: "system", system: "greeting" } });
  const said = summary([message(1), message(2, ours), message(3), system, message(5)], 3);
  expect(said).toEqual({
    unread: 1,
    last: { text: "text 5", at: T + 5000, from: "customer", mine: false },
    unansweredSince: T + 3000,
  });
  expect(summary([message(1), message(2, ours)], 2).unansweredSince).toBeNull();
});

test("addresses become links, and nothing else does", () => {
  const hrefs = (text: string) => {
    const parts = linked(text);
    return Array.isArray(parts)
      ? parts.flatMap((part) => (isValidElement<{ href: string }>(part) ? [part.props.href] : []))
      : [];
  };
  expect(hrefs("see https://example.com/a?b=1.")).toEqual(["https://example.com/a?b=1"]);
  expect(hrefs("(https://example.com/x)")).toEqual(["https://example.com/x"]);
  expect(hrefs("https://en.example.org/a_(b)")).toEqual(["https://en.example.org/a_(b)"]);
  expect(hrefs("javascript:alert(1) data:text/html,x ftp://x http://")).toEqual([]);
  expect(linked("plain")).toBe("plain");
});

test("a slash searches quick replies, titles first", () => {
  const reply = (id: string, title: string, text: string): QuickReply => ({
    id,
    title,
    text,
    queues: [],
  });
  const all = [
    reply("1", "Refund", "It is on its way"),
    reply("2", "Opening hours", "We are here for a refund"),
    reply("3", "Late refund", "Sorry"),
  ];
  expect(slashQuery("/ref")).toBe("ref");
  expect(slashQuery("a/b")).toBeNull();
  expect(slashQuery("/a\nb")).toBeNull();
  expect(searchQuick(all, "ref").map((each) => each.id)).toEqual(["1", "3", "2"]);
  expect(searchQuick(all, "nothing")).toEqual([]);
});

test("why: the rule, the wait, who was considered, and what came of it", () => {
  const names = {
    company: null,
    agent: (id: string) => id.toUpperCase(),
    queue: (id: string) => id,
    workstream: (id: string) => id,
  };
  const journal = [
    { position: 1, at: 1, event: { type: "started", context: { plan: "Plus" } } },
    {
      position: 2,
      at: 2,
      event: {
        type: "offered",
        agent: "anna",
        units: 1,
        over_capacity: false,
        deadline: 9,
        returning: false,
        by: null,
        reason: null,
        explanation: {
          rule: "highest_capacity",
          queue: "support",
          waited_ms: 65_000,
          considered: [
            { agent: "anna", ruled_out: null },
            { agent: "bob", ruled_out: "presence" },
          ],
          more: 0,
        },
      },
    },
    { position: 3, at: 3, event: { type: "declined", agent: "anna", reason: "timed_out" } },
  ] as JournalEntry[];
  expect(decisions(journal, names)).toMatchObject([
    {
      title: "Offered to ANNA from support",
      waited: "The customer had waited 1 min.",
      outcome: "Not answered in time.",
      considered: [
        { agent: "ANNA", chosen: true },
        { agent: "BOB", result: "their presence does not allow it" },
      ],
    },
  ]);
  expect(inShort(journal, names)).toContain("most free capacity");
  expect(contextOf(journal)).toEqual([["plan", "Plus"]]);
});

test("durations have two units at most", () => {
  expect([0, 59_000, 60_000, 3_900_000, 2 * DAY + 3_600_000, 9 * DAY].map(formatDuration)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "1 h 05 min",
    "2 d 1 h",
    "9 d",
  ]);
  expect(formatCountdown(64_100)).toBe("1:05");
  expect(formatDay(T, T)).toBe("Today");
  expect(formatDay(T - DAY, T)).toBe("Yesterday");
});
