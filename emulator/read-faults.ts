// Faults as a user writes them, in a file or over HTTP, checked before they are armed.
import type { Fault } from "./faults";

type Kind = "number" | "boolean" | "string" | "object";

const FIELDS: Readonly<Record<string, Kind>> = {
  on: "object",
  skip: "number",
  times: "number",
  probability: "number",
  seed: "number",
  delayMs: "number",
  reply: "object",
  when: "string",
  drop: "boolean",
  stall: "boolean",
  bytesPerSecond: "number",
  cutAfterBytes: "number",
  expired: "boolean",
  store: "string",
};

const MATCH: Readonly<Record<string, Kind>> = {
  target: "string",
  method: "string",
  path: "string",
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  when: ["before", "after"],
  store: ["nothing", "half", "other"],
  "on.target": ["api", "storage"],
};

/** One fault or a list of them. Throws an error that names all that is wrong. */
export function readFaults(value: unknown): readonly Fault[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const problems = list.flatMap((fault) => [...problemsOf(fault, FIELDS, "")]);
  if (problems.length > 0) throw new Error(problems.join(" "));
  return list as readonly Fault[];
}

function* problemsOf(
  value: unknown,
  fields: Readonly<Record<string, Kind>>,
  prefix: string,
): Generator<string> {
  if (typeof value !== "object" || value === null) {
    yield `A fault is an object, and ${JSON.stringify(value)} is none.`;
    return;
  }
  for (const [field, content] of Object.entries(value)) {
    const name = `${prefix}${field}`;
    const kind = fields[field];
    const words = WORDS[name];
    if (kind === undefined) yield `"${name}" is no field of a fault.`;
    else if (typeof content !== kind)
      yield `"${name}" is ${JSON.stringify(content)}: it takes a ${kind}.`;
    else if (words?.includes(content as string) === false)
      yield `"${name}" takes ${words.join(" or ")}.`;
    if (name === "on") yield* problemsOf(content, MATCH, "on.");
    if (name === "reply" && typeof (content as { status?: unknown }).status !== "number")
      yield `"reply.status" takes a number.`;
  }
}
