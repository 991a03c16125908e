// An adaptive binary range coder, in whole numbers only: the same bytes on every machine and with every version of Node,
// which zlib and brotli do not promise of what they compress. Knows nothing of what is coded.

/** What was learnt of a byte in one context: a tree of 255 chances that the next bit is 0, out of 2,048. */
export type ByteModel = Uint16Array;

const CHANCES = 2048;
const LEARN_SHIFT = 5; // how fast a chance moves: 1/32 of the way at each bit
const TOP = 2 ** 24;
const WORD = 2 ** 32;

export function createByteModel(): ByteModel {
  return new Uint16Array(256).fill(CHANCES / 2);
}

export interface RangeEncoder {
  byte(model: ByteModel, value: number): void;
  /** What was coded. To be called once, at the end. */
  finish(): Buffer;
}

export function createRangeEncoder(): RangeEncoder {
  const out: number[] = [];
  let low = 0; // up to 40 bits: a number, not an int
  let range = WORD - 1;
  let held = 0; // the byte that a carry may still change …
  let heldCount = 1; // … and how many bytes of 255 follow it, plus one

  const shift = (): void => {
    if (low < 0xff000000 || low >= WORD) {
      const carry = low >= WORD ? 1 : 0;
      for (; heldCount > 0; heldCount -= 1) {
        out.push((held + carry) & 0xff);
        held = 0xff;
      }
      held = (low >>> 24) & 0xff;
    }
    heldCount += 1;
    low = (low & 0x00ffffff) * 256;
  };
  const bit = (model: ByteModel, node: number, value: number): void => {
    const chance = model[node] ?? 0;
    const bound = (range >>> 11) * chance;
    model[node] = learn(chance, value);
    if (value === 0) range = bound;
    else {
      low += bound;
      range -= bound;
    }
    for (; range < TOP; range *= 256) shift();
  };
  return {
    byte(model, value) {
      let node = 1;
      for (let place = 7; place >= 0; place -= 1) {
        const next = (value >>> place) & 1;
        bit(model, node, next);
        node = node * 2 + next;
      }
    },
    finish() {
      for (let n = 0; n < 5; n += 1) shift();
      return Buffer.from(out);
    },
  };
}

function learn(chance: number, value: number): number {
  return value === 0
    ? chance + ((CHANCES - chance) >>> LEARN_SHIFT)
    : chance - (chance >>> LEARN_SHIFT);
}

export interface RangeDecoder {
  /** The next byte; the models must be used in the order in which the encoder used them. */
  byte(model: ByteModel): number;
}

/** Reads what an encoder made. Past the end, and in bytes that no encoder made, it gives bytes without meaning. */
export function createRangeDecoder(coded: Uint8Array): RangeDecoder {
  let position = 1; // the first byte is always 0
  let range = WORD - 1;
  let code = 0;
  const nextByte = (): number => coded[position++] ?? 0;
  for (let n = 0; n < 4; n += 1) code = code * 256 + nextByte();

  const bit = (model: ByteModel, node: number): number => {
    const chance = model[node] ?? 0;
    const bound = (range >>> 11) * chance;
    const value = code < bound ? 0 : 1;
    model[node] = learn(chance, value);
    if (value === 0) range = bound;
    else {
      code -= bound;
      range -= bound;
    }
    for (; range < TOP; range *= 256) code = code * 256 + nextByte();
    return value;
  };
  return {
    byte(model) {
      let node = 1;
      while (node < 256) node = node * 2 + bit(model, node);
      return node - 256;
    },
  };
}
