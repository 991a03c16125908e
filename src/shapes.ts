// The shapes of what a program gives the core. It may be plain JavaScript, so types alone refuse nothing: each entry holds what
// it is given against a shape before it reads or sends anything. Pure; knows no particular option.
import { InputError, type InputProblem } from "./errors";
import { isRecord } from "./json";
import { nearestName } from "./near-name";
import { mustBe, numberProblem, type Bounds } from "./wrong-value";

/** All that is wrong with what is given for `input`. */
export type Shape<Value> = (input: string, value: Value) => readonly InputProblem[];

const NOTHING: readonly InputProblem[] = [];

function wrong(input: string, what: string, value: unknown): readonly InputProblem[] {
  const text = value === undefined ? `is missing: it must be ${what}` : mustBe(what, value);
  return [{ input, text }];
}

export function shapeOf<Value>(what: string, is: (value: unknown) => boolean): Shape<Value> {
  return (input, value) => (is(value) ? NOTHING : wrong(input, what, value));
}

export const aText = shapeOf<string>("a string", (value) => typeof value === "string");

export const aFlag = shapeOf<boolean>("true or false", (value) => typeof value === "boolean");

export const aFunction = shapeOf<(...given: never[]) => unknown>(
  "a function",
  (value) => typeof value === "function",
);

/** A text in its place is not shown: it may be a key, or have a password in it. */
function notObject(input: string, what: string, value: unknown): readonly InputProblem[] {
  if (typeof value !== "string") return wrong(input, what, value);
  return [{ input, text: `must be ${what} (got a string)` }];
}

export const anObject: Shape<object> = (input, value) =>
  isRecord(value) ? NOTHING : notObject(input, "an object", value);

/** What JSON would leave out or say otherwise. What has a `toJSON` says it itself. */
function notJson(value: unknown, said: unknown): string | undefined {
  if (typeof said === "bigint") return "a BigInt";
  if (typeof said === "number" && !Number.isFinite(said)) return String(said);
  if (typeof said === "function" || typeof said === "symbol") return `a ${typeof said}`;
  if (said instanceof Map || said instanceof Set) return "a Map or Set";
  return value instanceof Date && said === null ? "an invalid Date" : undefined;
}

/** An object that is sent as it is: a server would keep null for what JSON can't say. */
export const aJson: Shape<object> = (input, value) => {
  if (!isRecord(value)) return notObject(input, "an object", value);
  const say = (what: string): readonly InputProblem[] => [
    { input, text: `must be an object that JSON can say (${what})` },
  ];
  let found: string | undefined;
  try {
    const text = JSON.stringify(value, function (this: unknown, key, said: unknown) {
      const what = notJson((this as Readonly<Record<string, unknown>>)[key], said);
      if (what !== undefined) found ??= key === "" ? `it is ${what}` : `${key} is ${what}`;
      return what === undefined ? said : null;
    });
    if (found !== undefined) return say(found);
    return text.startsWith("{") ? NOTHING : say("it says something else");
  } catch (error) {
    return say(
      error instanceof TypeError
        ? "it contains itself, or a toJSON fails"
        : "a toJSON fails, or it is too deep",
    );
  }
};

/** Node joins and watches none but its own. */
export const aSignal = shapeOf<AbortSignal>(
  "an AbortSignal",
  (value) => value instanceof AbortSignal,
);

/** Also one without an end. */
export const aNumber = shapeOf<number>(
  "a number",
  (value) => typeof value === "number" && !Number.isNaN(value),
);

export function aNumberIn(bounds: Bounds): Shape<number> {
  return (input, value) => {
    const text = numberProblem(value, bounds);
    return text === undefined ? NOTHING : [{ input, text }];
  };
}

/** Of a file: the sizes that can't be are refused where each file is looked at. */
export const aSize = shapeOf<number>("a number", (value) => typeof value === "number");

/** Entries a page, and what else is counted. */
export function aCount(least: number): Shape<number> {
  return aNumberIn({ least, isWhole: true });
}

export function oneOf<const Word extends string | number>(words: readonly Word[]): Shape<Word> {
  const known: readonly unknown[] = words;
  return shapeOf(`one of ${words.join(", ")}`, (value) => known.includes(value));
}

export function maybe<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (input, value) => (value === undefined ? NOTHING : shape(input, value));
}

/** A list that somebody writes: each entry is looked at. */
export function listOf<Value>(what: string, entry: Shape<Value>): Shape<readonly Value[]> {
  return (input, value) => {
    if (!Array.isArray(value)) return wrong(input, `a list of ${what}`, value);
    return value.flatMap((one: Value, index) => entry(`${input}[${index}]`, one));
  };
}

export const aTextList = listOf("strings", aText);

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

/**
 * What may have an entry for each file. Of a list the first one shows what it is a list of, and of the others those are looked
 * at that are of another kind or seem unsound: a look at each member of each takes as long as a tenth of asking for the times of
 * the files.
 * @param seemsSound at a glance. @default all do
 */
export function longListOf<Value>(
  what: string,
  entry: Shape<Value>,
  seemsSound: (one: Value) => boolean = () => true,
): Shape<readonly Value[]> {
  return (input, value) => {
    if (!Array.isArray(value)) return wrong(input, `a list of ${what}`, value);
    const list: readonly Value[] = value;
    const kind = kindOf(list[0]);
    const found: InputProblem[] = [];
    list.forEach((one, index) => {
      if (index === 0 || kindOf(one) !== kind || !seemsSound(one))
        found.push(...entry(`${input}[${index}]`, one));
    });
    return found;
  };
}

/** A list of what may be gone through only once, as a generator; what is none stays as it is, and its shape refuses it. */
export function asList<Value>(given: Iterable<Value>): readonly Value[] {
  const value: unknown = given;
  if (Array.isArray(value) || typeof value !== "object" || value === null)
    return value as readonly Value[];
  const isIterable = Symbol.iterator in value && typeof value[Symbol.iterator] === "function";
  return isIterable ? [...given] : (value as readonly Value[]);
}

/** A shape for each member of an object: none can be forgotten. */
export type Members<T extends object> = { readonly [Name in keyof T]-?: Shape<T[Name]> };

/** An object inside of what is given: a problem of a member names both. */
export function partOf<T extends object>(members: Members<T>, what?: string): Shape<T> {
  return objectOf(members, (input, name) => `${input}.${name}`, what);
}

/** An argument: a problem of a member names only that, as its options are known by their own names. */
export function optionsOf<T extends object>(members: Members<T>, what?: string): Shape<T> {
  return objectOf(members, (_input, name) => name, what);
}

function objectOf<T extends object>(
  members: Members<T>,
  nameOf: (input: string, name: string) => string,
  what?: string,
): Shape<T> {
  const shapes = Object.entries<Shape<never>>(members);
  return (input, value) => {
    if (!isRecord(value)) return notObject(input, what ?? withNeeded(shapes), value);
    const found = shapes.flatMap(([name, shape]) =>
      shape(nameOf(input, name), value[name] as never),
    );
    return [...found, ...slipsIn(value, members, (name) => nameOf(input, name))];
  };
}

/** `an object with name, slug`: what it can't do without. */
function withNeeded(shapes: readonly (readonly [string, Shape<never>])[]): string {
  const needed = shapes.filter(([name, shape]) => shape(name, undefined as never).length > 0);
  if (needed.length === 0) return "an object";
  return `an object with ${needed.map(([name]) => name).join(", ")}`;
}

/**
 * Names that are most likely one that is left out. Any other name passes: programs hand on objects that have more than is
 * asked for, as `connect` gets what `readConfig` made.
 */
function slipsIn(
  given: Readonly<Record<string, unknown>>,
  members: object,
  nameOf: (name: string) => string,
): readonly InputProblem[] {
  const strange = Object.keys(given).filter((name) => !Object.hasOwn(members, name));
  if (strange.length === 0) return NOTHING;
  const leftOut = Object.keys(members).filter((name) => given[name] === undefined);
  return strange.flatMap((name) => {
    const near = nearestName(name, leftOut);
    if (near === undefined) return [];
    return [{ input: nameOf(name), text: `is not a known option. Did you mean ${near}?` }];
  });
}

/** @throws InputError with all that was found */
export function refuse(...found: readonly (readonly InputProblem[])[]): void {
  const problems = found.flat();
  if (problems.length > 0) throw new InputError(problems);
}
