// What a given value must be and is not, in the same words wherever it was given. Pure.

const MAX_SHOWN = 60;

/** Of an object only that it is one: it may be large, have no end, or hold what is secret. */
function shown(given: unknown): string {
  if (Array.isArray(given)) return "a list";
  if (typeof given === "object" && given !== null) return "an object";
  if (typeof given === "function") return "a function";
  if (typeof given !== "string") return String(given);
  return JSON.stringify(given.length > MAX_SHOWN ? `${given.slice(0, MAX_SHOWN)}…` : given);
}

/** `must be true or false (got "yes")` */
export function mustBe(what: string, given: unknown): string {
  return `must be ${what} (got ${shown(given)})`;
}

export interface Bounds {
  readonly least: number;
  readonly most?: number | undefined;
  readonly isWhole?: boolean | undefined;
}

/** `a whole number from 1 to 10` */
export function numberIn({ least, most, isWhole }: Bounds): string {
  const kind = isWhole === true ? "a whole number" : "a number";
  return most === undefined ? `${kind}, ${least} or more` : `${kind} from ${least} to ${most}`;
}

/** What is wrong with what was given for a number; nothing is where it is one, finite and within bounds. */
export function numberProblem(given: unknown, bounds: Bounds): string | undefined {
  const { least, most = Number.MAX_VALUE, isWhole } = bounds;
  const isIn = typeof given === "number" && given >= least && given <= most;
  if (isIn && (isWhole !== true || Number.isSafeInteger(given))) return undefined;
  return mustBe(numberIn(bounds), given);
}
