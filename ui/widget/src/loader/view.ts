/** The launcher and the panel in their shadow root. */

import { css, on, parseColor } from "../shared/color";
import { directionOf } from "../shared/direction";
import { styles } from "./styles";
import { textsOf } from "./texts";

const NEUTRAL = "#1f2937";
const BUBBLE = "M21 12a8 8 0 0 1-8 8H4l1.8-3.2A8 8 0 1 1 21 12Z";
const DOWN = "m6 9 6 6 6-6";

function element<K extends keyof HTMLElementTagNameMap>(
  parent: Node,
  tag: K,
  className?: string,
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent.appendChild(node);
  return node;
}

function icon(parent: Node): SVGPathElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(path);
  parent.appendChild(svg);
  return path;
}

export function createView(zIndex: string) {
  const host = document.createElement("linger-chat");
  const shadow = host.attachShadow({ mode: "open" });
  if ("adoptedStyleSheets" in shadow) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    shadow.adoptedStyleSheets = [sheet];
  } else {
    // Browsers before 2023.
    element(shadow, "style").textContent = styles;
  }
  const root = element(shadow, "div");
  root.setAttribute("role", "complementary");
  root.setAttribute("aria-label", "Chat");
  root.style.setProperty("--z", zIndex);
  const panel = element(root, "div", "panel");
  panel.id = "panel";
  panel.setAttribute("role", "dialog");
  element(panel, "div", "wait");
  const failed = element(panel, "div", "failed");
  failed.hidden = true;
  failed.setAttribute("role", "alert");
  const sentence = element(failed, "span");
  const again = element(failed, "button", "again");
  const shut = element(failed, "button", "shut");
  icon(shut).setAttribute("d", "M6 6 18 18M18 6 6 18");
  const button = element(root, "button", "button");
  for (const b of [button, again, shut]) b.type = "button";
  button.setAttribute("aria-controls", "panel");
  button.setAttribute("aria-haspopup", "dialog");
  const path = icon(button);
  const badge = element(button, "span", "badge");
  badge.setAttribute("aria-hidden", "true");

  return {
    host,
    shadow,
    panel,
    button,
    again,
    shut,
    show(state: { open: boolean; unread: number; locale: string }) {
      const words = textsOf(state.locale);
      root.dir = directionOf(state.locale);
      root.lang = state.locale;
      root.classList.toggle("open", state.open);
      path.setAttribute("d", state.open ? DOWN : BUBBLE);
      badge.hidden = state.open || !state.unread;
      badge.textContent = state.unread > 99 ? "99+" : String(state.unread);
      button.setAttribute("aria-expanded", String(state.open));
      button.setAttribute(
        "aria-label",
        state.open
          ? words.close
          : words.open + (state.unread ? `, ${state.unread} ${words.unread}` : ""),
      );
      panel.setAttribute("aria-label", "Chat");
      panel.inert = !state.open;
      sentence.textContent = words.failed;
      again.textContent = words.again;
      shut.setAttribute("aria-label", words.close);
    },
    look(accent: string | undefined, position: "start" | "end") {
      const color = parseColor(accent) ?? parseColor(NEUTRAL);
      if (color) {
        root.style.setProperty("--accent", css(color));
        root.style.setProperty("--on", css(on(color)));
      }
      root.classList.toggle("start", position === "start");
    },
    /** `ready`: the app is shown; `wait`: not yet; `lost`: it did not come. */
    phase(now: "wait" | "ready" | "lost") {
      panel.classList.toggle("ready", now === "ready");
      panel.classList.toggle("lost", now === "lost");
      failed.hidden = now !== "lost";
    },
  };
}
