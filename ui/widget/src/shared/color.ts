/** Colours that can be read on each other (WCAG 2.2, relative luminance). */

export type Rgb = readonly [number, number, number];

/** `#rgb` or `#rrggbb`; whatever else is null. */
export function parseColor(text: string | undefined): Rgb | null {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec((text ?? "").trim())?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  const n = Number.parseInt(full, 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

export function luminance(color: Rgb): number {
  const [r, g, b] = color.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export const WHITE: Rgb = [255, 255, 255];
/** Any lighter, and there would be colours on which neither it nor white can be read. */
export const INK: Rgb = [0, 0, 0];

/** White or ink, whichever is read better on it; white wins as long as it is good enough. */
export function on(color: Rgb): Rgb {
  return contrast(color, WHITE) >= 4.5 || contrast(color, WHITE) >= contrast(color, INK)
    ? WHITE
    : INK;
}

export function css(color: Rgb): string {
  return `rgb(${color.join(" ")})`;
}
