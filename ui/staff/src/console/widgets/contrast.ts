/** Colours that can be read on each other, as the widget chooses them. */

function channels(color: string): [number, number, number] | null {
  const hex = /^#([0-9a-f]{6})$/i.exec(color.trim())?.[1];
  if (!hex) return null;
  const n = Number.parseInt(hex, 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function luminance(color: [number, number, number]): number {
  const [r = 0, g = 0, b = 0] = color.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** White or black, whichever is read on it; white wins as long as it is good enough. */
export function textOn(color: string): string {
  const found = channels(color);
  if (!found) return "#ffffff";
  const light = luminance(found);
  const white = 1.05 / (light + 0.05);
  const black = (light + 0.05) / 0.05;
  return white >= 4.5 || white >= black ? "#ffffff" : "#000000";
}

export const isColor = (color: string | undefined): color is string =>
  color !== undefined && channels(color) !== null;
