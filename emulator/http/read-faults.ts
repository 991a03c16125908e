// Faults as a user writes them, in a file or over HTTP, checked before they are armed: what passes here can be played.
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Fault } from "./faults";

/** Undefined when the value is right, else what it takes. */
type Rule = (value: unknown) => string | undefined;
type Rules = Readonly<Record<string, Rule>>;

/** A rule is looked at for every request. */
const MAX_FAULTS = 1000;
const MAX_PATH_LENGTH = 2000;
/** Beyond this a timer fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;
const MAX_COUNT = Number.MAX_SAFE_INTEGER;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const whole =
  (min: number, max: number): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `a whole number from ${String(min)} to ${String(max)}`;

const word =
  (...words: readonly string[]): Rule =>
  (value) =>
    words.includes(value as string) ? undefined : words.map((one) => `"${one}"`).join(" or ");

const text =
  (maxLength: number): Rule =>
  (value) =>
    typeof value === "string" && value.length <= maxLength
      ? undefined
      : `a string of at most ${String(maxLength)} characters`;

const flag: Rule = (value) => (typeof value === "boolean" ? undefined : "true or false");
const anything: Rule = () => undefined;
const object: Rule = (value) => (isObject(value) ? undefined : "an object");

const share: Rule = (value) =>
  typeof value === "number" && value >= 0 && value <= 1 ? undefined : "a number from 0 to 1";

const headers: Rule = (value) =>
  isObject(value) && Object.entries(value).every(([name, content]) => isHeader(name, content))
    ? undefined
    : "an object of header names and values that HTTP can carry";

function isHeader(name: string, value: unknown): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
    return typeof value === "string";
  } catch {
    return false;
  }
}

const FAULT: Rules = {
  on: object,
  skip: whole(0, MAX_COUNT),
  times: whole(0, MAX_COUNT),
  probability: share,
  seed: whole(-MAX_COUNT, MAX_COUNT),
  delayMs: whole(0, MAX_DELAY_MS),
  reply: object,
  when: word("before", "after"),
  drop: flag,
  stall: flag,
  bytesPerSecond: whole(1, MAX_COUNT),
  cutAfterBytes: whole(0, MAX_COUNT),
  expired: flag,
  throttled: flag,
  store: word("nothing", "half", "other"),
};

const MATCH: Rules = {
  target: word("api", "storage"),
  method: text(20),
  path: text(MAX_PATH_LENGTH),
};

// Below 200, HTTP keeps waiting for the actual reply.
const REPLY: Rules = { status: whole(200, 599), headers, body: anything };

/** One fault or a list of them. Throws an error that names all that is wrong. */
export function readFaults(value: unknown): readonly Fault[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > MAX_FAULTS)
    throw new Error(`There are ${String(list.length)} faults: at most ${String(MAX_FAULTS)}.`);
  const problems = list.flatMap(problemsOf);
  if (problems.length > 0) throw new Error(problems.join(" "));
  return list as readonly Fault[];
}

function problemsOf(fault: unknown): readonly string[] {
  if (!isObject(fault)) return [`A fault is an object (got ${JSON.stringify(fault)}).`];
  const { on, reply } = fault;
  const needsStatus = isObject(reply) && !Object.hasOwn(reply, "status");
  return [
    ...broken(fault, FAULT, ""),
    ...(isObject(on) ? broken(on, MATCH, "on.") : []),
    ...(isObject(reply) ? broken(reply, REPLY, "reply.") : []),
    ...(needsStatus ? ['"reply.status" is missing.'] : []),
  ];
}

function broken(value: Readonly<Record<string, unknown>>, rules: Rules, prefix: string): string[] {
  return Object.entries(value).flatMap(([field, content]) => {
    const name = JSON.stringify(`${prefix}${field}`);
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (rule === undefined) return [`${name} is not a field of a fault.`];
    const takes = rule(content);
    return takes === undefined ? [] : [`${name} takes ${takes} (got ${JSON.stringify(content)}).`];
  });
}
