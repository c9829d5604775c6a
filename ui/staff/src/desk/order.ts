/** Where an id stands: by `a`, then by `b`, then by the id itself. Smaller comes first. */
export interface Key {
  a: number;
  b: number;
}

const BLOCK = 128;

interface Entry extends Key {
  id: string;
}

const before = (x: Entry, y: Entry) =>
  x.a - y.a || x.b - y.b || (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);

/**
 * Ids in order. Kept in blocks of at most 128, so that an insert, a move and a look-up touch one
 * block and the list of blocks, however many ids there are.
 */
export class Order {
  private blocks: Entry[][] = [];
  private entries = new Map<string, Entry>();

  get size(): number {
    return this.entries.size;
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** Puts the id where its key says. True if the order is another now. */
  put(id: string, key: Key): boolean {
    const old = this.entries.get(id);
    if (old) {
      if (old.a === key.a && old.b === key.b) return false;
      this.take(old);
    }
    const entry = { id, a: key.a, b: key.b };
    this.entries.set(id, entry);
    const at = this.blockFor(entry);
    const block = this.blocks[at];
    if (!block) {
      this.blocks.push([entry]);
      return true;
    }
    block.splice(place(block, entry), 0, entry);
    if (block.length > BLOCK) this.blocks.splice(at + 1, 0, block.splice(BLOCK / 2));
    return true;
  }

  delete(id: string): boolean {
    const old = this.entries.get(id);
    if (!old) return false;
    this.entries.delete(id);
    this.take(old);
    return true;
  }

  clear(): void {
    this.blocks = [];
    this.entries.clear();
  }

  at(index: number): string | undefined {
    let left = index;
    for (const block of this.blocks) {
      if (left < block.length) return block[left]?.id;
      left -= block.length;
    }
    return undefined;
  }

  indexOf(id: string): number {
    const entry = this.entries.get(id);
    if (!entry) return -1;
    const at = this.blockFor(entry);
    let index = 0;
    for (let i = 0; i < at; i++) index += this.blocks[i]?.length ?? 0;
    const block = this.blocks[at];
    return block ? index + place(block, entry) : -1;
  }

  ids(): string[] {
    return this.blocks.flatMap((block) => block.map((entry) => entry.id));
  }

  private take(entry: Entry): void {
    const at = this.blockFor(entry);
    const block = this.blocks[at];
    if (!block) return;
    block.splice(place(block, entry), 1);
    if (block.length === 0) this.blocks.splice(at, 1);
  }

  /** The first block whose last entry does not come before this one; the last block otherwise. */
  private blockFor(entry: Entry): number {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.blocks[middle]?.at(-1);
      if (last && before(last, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(low, 0);
  }
}

/** Where the entry is in the block, or would be. */
function place(block: Entry[], entry: Entry): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = block[middle];
    if (other && before(other, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
