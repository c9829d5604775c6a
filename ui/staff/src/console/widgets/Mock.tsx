import { IconMessage, IconSend2, IconX } from "@tabler/icons-react";
import { useConfig } from "../config";
import { textFor } from "../parts/languages";
import type { Mode, Widget } from "../types";
import { MESSAGES, standardText } from "../workstreams/messages";
import { isColor, textOn } from "./contrast";
import classes from "./Preview.module.css";
import { kindOf } from "./Questions";

const OWN_ACCENT = "#1d4ed8";

const initials = (name: string) =>
  name
    .split(/\s+/)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word))
    .map((word) => [...word][0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** A drawing of the widget from what is in the form. It is a picture: nothing in it can be used. */
export function Mock(props: {
  widget: Widget;
  mode: Mode;
  locale: string;
  view: "start" | "talk" | "closed";
}) {
  const { widget, mode, locale, view } = props;
  const { file } = useConfig();
  const accent = isColor(widget.look?.accent) ? widget.look.accent : OWN_ACCENT;
  const colors = { backgroundColor: accent, color: textOn(accent) };
  const closed = view === "closed";
  const title =
    (closed && textFor(widget.offline?.title, locale)) ||
    textFor(widget.look?.title, locale) ||
    file.name;
  const greeting = MESSAGES[0];
  const said =
    textFor(widget.messages?.greeting, locale) ||
    textFor(file.workstreams[widget.workstream]?.messages?.greeting, locale) ||
    (greeting ? standardText(greeting, mode, locale) : "");
  const questions = view === "start" ? (widget.pre_chat ?? []) : [];
  return (
    <div className={classes.stage} role="img" aria-label={`Drawing of the widget: ${title}`}>
      <div className={classes.panel} aria-hidden>
        <div className={classes.top}>
          <span className={classes.company} style={colors}>
            {initials(file.name)}
          </span>
          <span className={classes.names} dir="auto">
            <b>{title}</b>
            {title !== file.name && <small>{file.name}</small>}
          </span>
          <IconX size={18} />
        </div>
        <div className={classes.inside}>
          {closed ? (
            <p className={classes.notice} dir="auto">
              {textFor(widget.offline?.text, locale) || "Nobody is here at the moment."}
            </p>
          ) : questions.length > 0 ? (
            questions.map((question, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a question is its place in the order
              <div key={n} className={classes.question} dir="auto">
                <b>
                  {textFor(question.label, locale) || question.key || "…"}
                  {question.required && " *"}
                </b>
                {kindOf(question) === "choice" ? (
                  (question.options ?? []).map((option, m) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    <span key={m} className={classes.option}>
                      {textFor(option.label, locale) || option.value || "…"}
                    </span>
                  ))
                ) : (
                  <span
                    className={classes.input}
                    data-long={kindOf(question) === "long_text" || undefined}
                  />
                )}
              </div>
            ))
          ) : (
            <>
              {said && (
                <p className={classes.notice} dir="auto">
                  {said}
                </p>
              )}
              {view === "talk" && (
                <>
                  <p className={classes.mine} style={colors}>
                    Hello! Where is my order?
                  </p>
                  <p className={classes.theirs}>Let me look. One moment, please.</p>
                </>
              )}
            </>
          )}
        </div>
        {!closed &&
          (questions.length > 0 ? (
            <div className={classes.start} style={colors}>
              Start chat
            </div>
          ) : (
            <div className={classes.composer}>
              <span className={classes.input} />
              <IconSend2 size={20} color={accent} />
            </div>
          ))}
      </div>
      <div
        className={classes.launcher}
        style={colors}
        data-position={widget.look?.position ?? "end"}
        aria-hidden
      >
        <IconMessage size={24} />
      </div>
    </div>
  );
}
