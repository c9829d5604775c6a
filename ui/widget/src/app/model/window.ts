/** Which pieces of a long list are drawn, and how much room the others take. Pure. */

/** Height of a message nobody has measured. */
const GUESS = 64;

export interface Piece {
  key: string;
  /** How many messages it has. */
  size: number;
}

export interface Part {
  from: number;
  /** Exclusive. */
  to: number;
  above: number;
  below: number;
}

export function heightOf(piece: Piece, measured: ReadonlyMap<string, number>): number {
  return measured.get(piece.key) ?? Math.max(1, piece.size) * GUESS;
}

/** The pieces that lie between `top` and `bottom`, and at least one. */
export function partOf(
  pieces: readonly Piece[],
  measured: ReadonlyMap<string, number>,
  top: number,
  bottom: number,
): Part {
  const part: Part = { from: pieces.length, to: 0, above: 0, below: 0 };
  let y = 0;
  pieces.forEach((piece, n) => {
    const height = heightOf(piece, measured);
    if (y + height >= top && y <= bottom) {
      part.from = Math.min(part.from, n);
      part.to = n + 1;
    }
    y += height;
  });
  if (part.to === 0 && pieces.length > 0) {
    part.to = pieces.length;
    part.from = part.to - 1;
  }
  pieces.forEach((piece, n) => {
    if (n < part.from) part.above += heightOf(piece, measured);
    if (n >= part.to) part.below += heightOf(piece, measured);
  });
  return part;
}

/** The last pieces that fill a height: what is drawn first. */
export function endOf(
  pieces: readonly Piece[],
  measured: ReadonlyMap<string, number>,
  height: number,
): Part {
  const whole = pieces.reduce((sum, piece) => sum + heightOf(piece, measured), 0);
  return partOf(pieces, measured, whole - height, whole);
}
