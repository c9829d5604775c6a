/** The colours that follow from the accent of the widget. */

import { contrast, css, on, parseColor, type Rgb, WHITE } from "../../shared/color";

const NEUTRAL: Rgb = [31, 41, 55];
/** The other bubbles in the dark; words in the accent's colour stand on them at the lightest. */
const DARK_RAISED: Rgb = [38, 43, 52];
const LIGHT_RAISED: Rgb = [240, 242, 245];

/** The colour itself, or as near to it as can be read on the ground. */
export function readableOn(color: Rgb, ground: Rgb, least = 4.5): Rgb {
  const towards = contrast(ground, WHITE) > 4.5 ? 255 : 0;
  let now = color;
  for (let step = 1; step <= 20 && contrast(now, ground) < least; step += 1)
    now = color.map((c) => Math.round(c + ((towards - c) * step) / 20)) as unknown as Rgb;
  return now;
}

export interface Theme {
  accent: string;
  onAccent: string;
  /** Words, icons and lines in the accent's colour, on light and on dark grounds. */
  textLight: string;
  textDark: string;
}

export function themeOf(accent: string | undefined): Theme {
  const color = parseColor(accent) ?? NEUTRAL;
  return {
    accent: css(color),
    onAccent: css(on(color)),
    textLight: css(readableOn(color, LIGHT_RAISED)),
    textDark: css(readableOn(color, DARK_RAISED)),
  };
}

/** Through the object model, which the policy of the page allows, unlike an inline style. */
export function paint(accent: string | undefined): void {
  const theme = themeOf(accent);
  const { style } = document.documentElement;
  style.setProperty("--accent", theme.accent);
  style.setProperty("--on-accent", theme.onAccent);
  style.setProperty("--accent-light", theme.textLight);
  style.setProperty("--accent-dark", theme.textDark);
}
