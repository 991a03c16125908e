// Strict readings of what a workflow gives as text. Each returns the value or adds a problem; none does I/O.
import { parse } from "yaml";
import type { InputProblem } from "../../src/errors";
import { mustBe, numberIn, type Bounds } from "../../src/wrong-value";
import { rowOf, type InputName } from "./table";

/** Collects what is wrong, so that all of it is reported at once. */
export interface Reader {
  readonly problems: readonly InputProblem[];
  refuse(input: string, text: string): void;
  /** Whether the workflow gives it another value than its default. */
  isGiven(input: InputName): boolean;
  /** Its default when empty; undefined when that is empty too. */
  text(input: string): string | undefined;
  flag(input: string): boolean;
  choice<const T extends string>(input: string, values: readonly T[]): T | undefined;
  number(input: string, bounds: Bounds): number | undefined;
  lines(input: string): readonly string[];
  object(input: string): Record<string, unknown> | undefined;
}

// YAML 1.2's core schema, as the toolkit's own reading of flags.
const FLAGS = new Map([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);

export const MS_PER_MINUTE = 60_000;
// A job on a hosted runner ends after 6 hours and on one's own after 5 days; longer is a slip.
export const MAX_MINUTES = 5 * 24 * 60;

const UID = /^[A-Za-z0-9_-]{1,128}$/;
// An expression of a workflow computes as many decimals as a number has.
const DECIMAL = /^\d{1,12}(\.\d+)?$/;

/** Lines without blanks at their ends; empty ones and comments (`#` first) are left out. */
function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** `INPUT_` variables are read by `getInput`; an empty one is its default. Every problem goes into the reader. */
export function createReader(getInput: (name: string) => string): Reader {
  const read = (input: string): string => getInput(input) || defaultOf(input);
  const problems: InputProblem[] = [];
  const refuse = (input: string, text: string): void => {
    problems.push({ input, text });
  };
  return {
    problems,
    refuse,
    isGiven: (input) => read(input) !== defaultOf(input),
    text: (input) => read(input) || undefined,
    flag: (input) => readFlag(input, read(input), refuse),
    choice: (input, values) => readChoice(input, read(input), values, refuse),
    number: (input, bounds) => readNumber(input, read(input), bounds, refuse),
    lines: (input) => linesOf(read(input)),
    object: (input) => readObject(input, read(input), refuse),
  };
}

function defaultOf(input: string): string {
  return rowOf(input)?.default ?? "";
}

type Refuse = Reader["refuse"];

function readFlag(input: string, value: string, refuse: Refuse): boolean {
  const flag = FLAGS.get(value);
  if (flag !== undefined) return flag;
  refuse(input, mustBe("true or false", value));
  // As if it was not given, so that nothing else is refused for it.
  return FLAGS.get(defaultOf(input)) ?? false;
}

function readChoice<const T extends string>(
  input: string,
  value: string,
  values: readonly T[],
  refuse: Refuse,
): T | undefined {
  const found = values.find((one) => one === value);
  if (found === undefined) refuse(input, mustBe(`one of ${values.join(", ")}`, value));
  return found;
}

function readNumber(
  input: string,
  value: string,
  bounds: Bounds,
  refuse: Refuse,
): number | undefined {
  if (value === "") return undefined;
  const number = DECIMAL.test(value) ? Number(value) : Number.NaN;
  const isIn = number >= bounds.least && number <= (bounds.most ?? Number.MAX_SAFE_INTEGER);
  if (isIn && (bounds.isWhole !== true || Number.isInteger(number))) return number;
  refuse(input, mustBe(numberIn(bounds), value));
  return undefined;
}

// Far deeper than metadata is, and far shallower than what ends the process: a parser that runs out of stack in the
// middle of a regular expression takes Node with it, and no `catch` sees that.
const MAX_LEVELS = 200;

/** Counts brackets, also those in quotes, and the dashes that nest on one line. */
function isTooDeep(text: string): boolean {
  let level = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    level += bracket === "[" || bracket === "{" ? 1 : -1;
    if (level > MAX_LEVELS) return true;
  }
  return text.split("\n").some((line) => (line.match(/[-?:](?=\s)/g) ?? []).length > MAX_LEVELS);
}

function readObject(
  input: string,
  value: string,
  refuse: Refuse,
): Record<string, unknown> | undefined {
  if (value === "") return undefined;
  if (isTooDeep(value)) {
    refuse(input, `is nested deeper than ${MAX_LEVELS} levels, or looks like it`);
    return undefined;
  }
  try {
    const parsed: unknown = parse(value, { logLevel: "error" });
    // Through JSON, for it is sent as JSON: what that can't say is refused here and not lost there.
    const json = JSON.stringify(parsed, (_key, part: unknown) => {
      if (typeof part === "number" && !Number.isFinite(part))
        throw new Error(`${part} is not a JSON value`);
      return part;
    });
    const plain: unknown = JSON.parse(json);
    if (typeof plain === "object" && plain !== null && !Array.isArray(plain)) {
      return plain as Record<string, unknown>;
    }
    refuse(input, "is not an object; write names and values as JSON or YAML");
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    // What follows the colon, a drawing of the place, stands on the next lines.
    refuse(input, `is neither JSON nor YAML: ${reason?.replace(/:$/, "") ?? ""}`);
  }
  return undefined;
}

/** Each once. */
export function readUids(reader: Reader, input: string): readonly string[] {
  const uids = reader.lines(input);
  for (const uid of uids) {
    if (!UID.test(uid))
      reader.refuse(input, `${JSON.stringify(uid)} is not a uid; write one uid per line`);
  }
  return [...new Set(uids)];
}

export function readUid(reader: Reader, input: string): string | undefined {
  const uid = reader.text(input);
  if (uid !== undefined && !UID.test(uid))
    reader.refuse(input, `${JSON.stringify(uid)} is not a uid`);
  return uid;
}
