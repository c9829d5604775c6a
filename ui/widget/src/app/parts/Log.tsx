import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { language, t } from "../locales";
import { atEnd, isOver, questions, session, undecided } from "../model/app";
import { type Chunk, createChunker } from "../model/chunks";
import { sameDay } from "../model/rows";
import { endOf, type Part, partOf } from "../model/window";
import { Icon } from "./icons";
import { PreChat } from "./PreChat";
import { RowView } from "./Rows";
import { Skeleton } from "./Skeleton";

/** So near to the end counts as at the end. */
const END = 48;
/** So near to the top asks for what was before. */
const TOP = 600;
/** What is older was not just said. */
const RECENT_MS = 60_000;

/** The history: what is near the part in sight, and room for the rest. */
export function Log() {
  const words = t();
  const s = session.value;
  const all = s?.sections.value ?? [];
  // What goes with the answers is still in the form.
  const sections = questions.value ? all.filter((section) => section.id !== "") : all;
  const earlier = s?.earlier.value ?? "none";
  const chunker = useMemo(createChunker, [s]);
  const chunks = useMemo(() => chunker(sections), [chunker, sections]);

  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const measured = useRef(new Map<string, number>()).current;
  const stick = useRef(true);
  /** What is at the top of the part in sight, and how far from it. */
  const anchor = useRef<{ key: string; y: number } | null>(null);
  const asked = useRef<HTMLElement | null>(null);
  const moved = useSignal(0);
  const away = useSignal(false);

  const height = box.current?.clientHeight || window.innerHeight || 700;
  moved.value;
  const top = (box.current?.scrollTop ?? 0) - (list.current?.offsetTop ?? 0);
  const part: Part = stick.current
    ? endOf(chunks, measured, height * 2)
    : partOf(chunks, measured, top - height, top + height * 2);
  const drawn = useRef(part);
  drawn.current = part;

  /** Puts what is in sight back to where it was, or the end to the end. */
  function settle() {
    const scroller = box.current;
    if (!scroller) return;
    // Questions are read from their beginning.
    const form = scroller.querySelector<HTMLElement>(".prechat");
    if (form && form !== asked.current) {
      scroller.scrollTop = form.offsetTop - 8;
      stick.current = false;
    } else if (stick.current) scroller.scrollTop = scroller.scrollHeight;
    else if (!form && anchor.current) {
      const row = scroller.querySelector(`[data-row="${CSS.escape(anchor.current.key)}"]`);
      if (!row) return;
      const y = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      if (Math.abs(y - anchor.current.y) > 0.5) scroller.scrollTop += y - anchor.current.y;
    }
    asked.current = form;
  }

  function measure(): boolean {
    let changed = false;
    for (const node of list.current?.querySelectorAll<HTMLElement>("[data-chunk]") ?? []) {
      const key = node.dataset.chunk as string;
      const now = node.offsetHeight;
      if (now > 0 && measured.get(key) !== now) {
        measured.set(key, now);
        changed = true;
      }
    }
    return changed;
  }

  function hold() {
    const scroller = box.current;
    if (!scroller) return;
    const edge = scroller.getBoundingClientRect().top;
    anchor.current = null;
    for (const row of scroller.querySelectorAll<HTMLElement>("[data-row]")) {
      const place = row.getBoundingClientRect();
      if (place.bottom > edge) {
        anchor.current = { key: row.dataset.row as string, y: place.top - edge };
        break;
      }
    }
  }

  function askEarlier() {
    const scroller = box.current;
    if (scroller && scroller.scrollTop < TOP && s?.earlier.peek() === "more") void s.loadEarlier();
  }

  function scrolled() {
    const scroller = box.current;
    if (!scroller) return;
    stick.current = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END;
    atEnd.value = stick.current;
    away.value = !stick.current;
    hold();
    const y = scroller.scrollTop - (list.current?.offsetTop ?? 0);
    const next = partOf(chunks, measured, y - height, y + height * 2);
    if (next.from < drawn.current.from || next.to > drawn.current.to) moved.value += 1;
    askEarlier();
  }

  useLayoutEffect(() => {
    measure();
    settle();
  });
  useEffect(() => {
    askEarlier();
  }, [earlier, chunks]);
  useEffect(() => {
    const scroller = box.current;
    const inner = list.current;
    if (!scroller || !inner) return;
    const seen = new ResizeObserver(() => {
      measure();
      settle();
    });
    seen.observe(scroller);
    seen.observe(inner);
    return () => {
      seen.disconnect();
      atEnd.value = true;
    };
  }, []);

  function toEnd() {
    stick.current = true;
    atEnd.value = true;
    away.value = false;
    moved.value += 1;
  }
  // What one writes oneself is looked at.
  const own = sections.at(-1)?.messages.at(-1);
  const lastOwn = own?.mine ? own.key : "";
  useLayoutEffect(() => {
    if (lastOwn) toEnd();
  }, [lastOwn]);

  const nothing = chunks.length === 0 && !questions.value;
  const coming = !s?.loaded.value && s?.connection.value.state === "connecting";
  const many = sections.length > 1;
  return (
    <div class="log-frame">
      <div
        ref={box}
        class="log"
        role="log"
        aria-live="off"
        aria-label={words.log}
        // What scrolls must scroll by keyboard too.
        {...{ tabIndex: 0 }}
        onScroll={scrolled}
      >
        {earlier === "loading" && (
          <p class="earlier" role="status">
            {words.earlier}
          </p>
        )}
        {nothing && (coming || undecided.value ? <Skeleton /> : <Empty />)}
        <div ref={list} class="list">
          <div class="room" style={{ height: `${part.above}px` }} />
          {chunks.slice(part.from, part.to).map((chunk) => (
            <ChunkView
              key={chunk.key}
              chunk={chunk}
              divided={many}
              latest={chunk === chunks.at(-1)}
            />
          ))}
          <div class="room" style={{ height: `${part.below}px` }} />
          <Typing />
          {questions.value && <PreChat />}
        </div>
      </div>
      {away.value && !questions.value && <Pill toEnd={toEnd} />}
      <Announcer />
    </div>
  );
}

interface ChunkProps {
  chunk: Chunk;
  divided: boolean;
  latest: boolean;
}

function ChunkView({ chunk, divided, latest }: ChunkProps) {
  const words = t();
  const { view } = chunk.section;
  const over = chunk.last && isOver(view);
  const [top, ...others] = chunk.rows();
  // The divider says the day already.
  const said = chunk.first && divided && top?.kind === "day" && sameDay(top.at, view.created_at);
  const rows = said ? others : chunk.rows();
  return (
    <div data-chunk={chunk.key} class="chunk">
      {chunk.first && divided && (
        <h2 class="divider">
          <span>
            {words.conversationOf(language.value.dates.date(view.created_at || Date.now()))}
          </span>
        </h2>
      )}
      {rows.map((row) => (
        <RowView key={row.key} row={row} />
      ))}
      {over && latest && (
        <p class="ended" data-row={`ended:${view.id}`}>
          <strong>{words.ended}</strong> {words.endedWrite}
        </p>
      )}
    </div>
  );
}

function Empty() {
  const words = t();
  const live = session.value?.info.value?.mode === "live";
  return (
    <div class="sentence">
      <span class="sentence-icon">
        <Icon name="chat" size={28} />
      </span>
      <h2>{words.emptyTitle}</h2>
      <p>{live ? words.emptyLive : words.emptyPersistent}</p>
    </div>
  );
}

function Typing() {
  const words = t();
  const s = session.value;
  const typing = s?.typing.value;
  const name = s?.agent.value?.name;
  return (
    <div class="typing-place" aria-live="polite">
      {typing && (
        <p class="typing">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="sr">{name ? words.typing(name) : words.typingSomebody}</span>
        </p>
      )}
    </div>
  );
}

function Pill({ toEnd }: { toEnd: () => void }) {
  const words = t();
  const unread = session.value?.unread.value ?? 0;
  return (
    <button
      type="button"
      class={`pill${unread ? " news" : ""}`}
      aria-label={unread ? undefined : words.toEnd}
      onClick={toEnd}
    >
      <Icon name="down" size={16} />
      {unread > 0 && words.newMessages(unread)}
    </button>
  );
}

/** Reads out what comes; what was there before is not read again. */
function Announcer() {
  const words = t();
  const s = session.value;
  const said = useSignal("");
  const last = s?.sections.value.at(-1)?.messages.findLast((m) => !m.mine);
  const known = useRef<string | null>(null);
  useEffect(() => {
    const news = known.current !== null && last && last.key !== known.current;
    // The history that comes with the connection is no news.
    if (news && Date.now() - last.at < RECENT_MS) {
      const name = last.author.kind === "agent" ? `${last.author.name ?? words.team}: ` : "";
      said.value = name + last.text;
    }
    if (s?.loaded.value) known.current = last?.key ?? "";
  }, [last?.key, s?.loaded.value]);
  return (
    <p class="sr" aria-live="polite">
      {said.value}
    </p>
  );
}
