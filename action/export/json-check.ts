// Whether bytes are one JSON value, or one on each line, read as they come: a file of any size takes as much memory as a small one.
// Knows nothing of what the value means.

/** Reads the next bytes, and the end. Each returns what is wrong, or nothing. */
interface JsonCheck {
  push(chunk: Uint8Array): string | undefined;
  end(): string | undefined;
  /** Whether there were several values, each on its own lines. */
  readonly isLines: boolean;
}

// Deeper than any export, and shallower than what readers of JSON take.
const MAX_LEVELS = 1_000;
// Longer than any number that means something.
const MAX_WORD = 400;

// Python writes the last three where a number is not finite, and reads them.
const WORD =
  /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|Infinity|-Infinity)$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const NEW_LINE = 0x0a;
const ESCAPES = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));
// At the start of what Windows writes; half of one is not UTF-8.
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const HEX = /^[0-9A-Fa-f]$/;

/** What may come next. `first-…`: what closes the list or object may come as well; `another`: one more list or object. */
type Next =
  | "value"
  | "first-value"
  | "key"
  | "first-key"
  | "colon"
  | "separator"
  | "nothing"
  | "another";

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isOfWord(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isDigit || isLetter || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

/** The structure: what each token may follow. Returns false for a token out of place. */
function createStructure(): {
  readonly isDone: () => boolean;
  readonly isLines: () => boolean;
  readonly newLine: () => void;
  readonly punctuation: (byte: number) => boolean;
  readonly text: () => boolean;
  readonly word: () => boolean;
} {
  // True: an object, false: a list.
  const levels: boolean[] = [];
  let next: Next = "value";
  let isLines = false;
  const isValueDue = (): boolean => next === "value" || next === "first-value";
  const afterValue = (): boolean => {
    next = levels.length === 0 ? "nothing" : "separator";
    return true;
  };
  const open = (isObject: boolean): boolean => {
    const isAnother = next === "another";
    if ((!isValueDue() && !isAnother) || levels.length >= MAX_LEVELS) return false;
    isLines ||= isAnother;
    levels.push(isObject);
    next = isObject ? "first-key" : "first-value";
    return true;
  };
  const close = (isObject: boolean): boolean => {
    const first = isObject ? "first-key" : "first-value";
    if (levels.at(-1) !== isObject || (next !== "separator" && next !== first)) return false;
    levels.pop();
    return afterValue();
  };
  const step = (from: Next, to: Next): boolean => {
    if (next !== from) return false;
    next = to;
    return true;
  };
  return {
    isDone: () => next === "nothing" || next === "another",
    isLines: () => isLines,
    newLine: () => void step("nothing", "another"),
    punctuation(byte) {
      if (byte === OPEN_LIST || byte === OPEN_OBJECT) return open(byte === OPEN_OBJECT);
      if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) return close(byte === CLOSE_OBJECT);
      if (byte === COLON) return step("colon", "value");
      return byte === COMMA && step("separator", levels.at(-1) === true ? "key" : "value");
    },
    text: () =>
      step("key", "colon") || step("first-key", "colon") || (isValueDue() && afterValue()),
    word: () => isValueDue() && afterValue(),
  };
}

/** Takes the bytes of one text after its quote. Returns how far it read, `isOver` at its end, or what is wrong. */
function createTextReader(): {
  readonly start: () => void;
  readonly read: (chunk: Uint8Array, from: number) => number;
  readonly isOver: () => boolean;
} {
  let escape = 0;
  let isOver = false;
  /** Within an escape: 1 the letter is due, 2 to 5 a digit of `\u`. */
  const readEscape = (byte: number): boolean => {
    if (escape === 1) {
      escape = byte === 0x75 ? 5 : 0;
      return escape === 5 || ESCAPES.has(byte);
    }
    escape = escape === 2 ? 0 : escape - 1;
    return HEX.test(String.fromCharCode(byte));
  };
  return {
    start: () => {
      isOver = false;
    },
    isOver: () => isOver,
    read(chunk, from) {
      for (let at = from; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (escape > 0) {
          if (!readEscape(byte)) return -1;
        } else if (byte === QUOTE) {
          isOver = true;
          return at + 1;
        } else if (byte === BACKSLASH) escape = 1;
        else if (byte < 0x20) return -1;
      }
      return chunk.length;
    },
  };
}

/** Bytes as tokens: texts, words and punctuation, each held against what may come. */
function createTokens(): {
  /** One step from `at`; returns where the next begins, -1 for what does not belong there. */
  readonly step: (chunk: Uint8Array, at: number) => number;
  readonly isWhole: () => boolean;
  readonly isLines: () => boolean;
} {
  const structure = createStructure();
  const text = createTextReader();
  let mode: "between" | "text" | "word" = "between";
  let word = "";
  const endWord = (): boolean => {
    mode = "between";
    const isGood = WORD.test(word) && structure.word();
    word = "";
    return isGood;
  };
  const stepOutside = (byte: number, at: number): number => {
    if (isOfWord(byte)) {
      mode = "word";
      word += String.fromCharCode(byte);
      return word.length > MAX_WORD ? -1 : at + 1;
    }
    if (mode === "word" && !endWord()) return -1;
    if (byte === QUOTE) {
      mode = "text";
      text.start();
      return at + 1;
    }
    if (byte === NEW_LINE) structure.newLine();
    return isBlank(byte) || structure.punctuation(byte) ? at + 1 : -1;
  };
  return {
    step(chunk, at) {
      if (mode !== "text") return stepOutside(chunk[at] ?? 0, at);
      const end = text.read(chunk, at);
      if (end === -1 || !text.isOver()) return end;
      mode = "between";
      return structure.text() ? end : -1;
    },
    isLines: structure.isLines,
    isWhole: () => (mode !== "word" || endWord()) && mode === "between" && structure.isDone(),
  };
}

export function createJsonCheck(): JsonCheck {
  const tokens = createTokens();
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let offset = 0;
  let problem: string | undefined;
  const isUtf8 = (chunk?: Uint8Array): boolean => {
    try {
      utf8.decode(chunk, { stream: chunk !== undefined });
      return true;
    } catch {
      return false;
    }
  };
  return {
    get isLines() {
      return tokens.isLines();
    },
    push(chunk) {
      if (problem !== undefined) return problem;
      if (!isUtf8(chunk)) problem = "it is not UTF-8";
      let at = 0;
      while (problem === undefined && at < chunk.length) {
        const isOfMark = chunk[at] === BYTE_ORDER_MARK[offset + at];
        const next = isOfMark ? at + 1 : tokens.step(chunk, at);
        if (next === -1) problem = `it is truncated or invalid near byte ${offset + at}`;
        at = next;
      }
      offset += chunk.length;
      return problem;
    },
    end() {
      if (problem === undefined && !(tokens.isWhole() && isUtf8()))
        problem = "it ends unexpectedly";
      return problem;
    },
  };
}
