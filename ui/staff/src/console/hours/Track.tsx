import { type PointerEvent, useRef, useState } from "react";
import classes from "./Week.module.css";
import { DAY, drawn, resized, roomAt, type Span, shifted, showTime, tidy } from "./week";

interface Drag {
  kind: "draw" | "move" | "from" | "to";
  index: number;
  start: number;
  room: Span | null;
  spans: readonly Span[];
}

/**
 * A day as a bar from midnight to midnight. Drawing on it opens, dragging moves, its ends resize. It is
 * for the pointer alone: the times beside it are the same for the keyboard and for screen readers.
 */
export function Track(props: { spans: readonly Span[]; onChange: (spans: Span[]) => void }) {
  const track = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [ghost, setGhost] = useState<Span | null>(null);
  const [shown, setShown] = useState<Span[] | null>(null);
  const spans = shown ?? props.spans;

  const minuteOf = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    return box ? ((event.clientX - box.left) / box.width) * DAY : 0;
  };
  const begin = (event: PointerEvent, kind: Drag["kind"], index: number) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    const start = minuteOf(event);
    const room = kind === "draw" ? roomAt(props.spans, start) : null;
    if (kind === "draw" && !room) return;
    track.current?.setPointerCapture(event.pointerId);
    setDrag({ kind, index, start, room, spans: props.spans });
  };
  const move = (event: PointerEvent) => {
    if (!drag) return;
    const minute = minuteOf(event);
    if (drag.kind === "draw") setGhost(drag.room && drawn(drag.room, drag.start, minute));
    else if (drag.kind === "move") setShown(shifted(drag.spans, drag.index, minute - drag.start));
    else setShown(resized(drag.spans, drag.index, drag.kind, minute));
  };
  const end = () => {
    if (!drag) return;
    if (drag.kind === "draw" && ghost) props.onChange(tidy([...props.spans, ghost]));
    else if (shown) props.onChange(tidy(shown));
    setDrag(null);
    setGhost(null);
    setShown(null);
  };
  const cancel = () => {
    setDrag(null);
    setGhost(null);
    setShown(null);
  };
  const place = (span: Span) => ({
    insetInlineStart: `${(span.from / DAY) * 100}%`,
    width: `${((span.to - span.from) / DAY) * 100}%`,
  });
  const live = drag && (ghost ?? (shown && spans[drag.index]));
  return (
    <div
      ref={track}
      className={classes.track}
      aria-hidden
      onPointerDown={(event) => begin(event, "draw", -1)}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={cancel}
      onLostPointerCapture={cancel}
      dir="ltr"
    >
      {spans.map((span, n) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in the day while it is dragged
          key={n}
          className={classes.bar}
          style={place(span)}
          onPointerDown={(event) => begin(event, "move", n)}
        >
          <span className={classes.edge} onPointerDown={(event) => begin(event, "from", n)} />
          <span className={classes.edge} onPointerDown={(event) => begin(event, "to", n)} />
        </div>
      ))}
      {ghost && <div className={classes.bar} data-ghost style={place(ghost)} />}
      {live && (
        <div className={classes.bubble} style={{ insetInlineStart: `${(live.from / DAY) * 100}%` }}>
          {showTime(live.from)} – {showTime(live.to)}
        </div>
      )}
    </div>
  );
}
