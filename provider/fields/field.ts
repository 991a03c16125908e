// What a field of a resource is: declared once, in the resource's table, and read by its checks, its diff, its requests and
// its outputs. Pure data; knows no resource.
import type { Rule } from "./rules";

/** A property that the resource computes, or that the API returns: no program gives it. */
export interface Property {
  /**
   * What another value of it means: another resource, a change of this one, or nothing. `own`: the resource's diff decides,
   * since other properties count too.
   */
  readonly change: "replace" | "update" | "ignore" | "own";
  /** What it is where the program leaves it out: it is sent, and compared. @default nothing */
  readonly default?: unknown;
  /** What is equal counts as the same: a set for a list. @default the value */
  readonly comparedAs?: (value: unknown) => unknown;
  /** Whether what the program leaves out stays as it is, and is not a difference. @default false */
  readonly staysIfLeftOut?: true;
  /** Kept out of logs, errors and the plain state: all of it, or the members of these names. @default nothing */
  readonly secret?: true | readonly string[];
}

export interface Field<Value = unknown> extends Property {
  /** What a program may give. */
  readonly rule: Rule<Value>;
  /** What an object that takes no other names may have. @default any */
  readonly members?: Checks;
  /** Names that the object does not take and its readers may look for in it: what to do in place of each. @default none */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** Whether there is no resource without it; a text says what to do. @default false */
  readonly required?: true | string;
  /**
   * Whether the core takes it under this very name, and knows what the API calls it: an endpoint's input, a set's option.
   * @default false
   */
  readonly passedOn?: true;
  /** What the API calls it, for a body that the core does not spell out. @default it is in no such body */
  readonly wire?: string;
  /** What an update sends where the program leaves it out, which by itself would change nothing. @default it is left out */
  readonly clearedBy?: unknown;
  /** Where its output comes from: the API returns it, or it is kept as it was declared. `none`: it is not an output. */
  readonly output: "returned" | "declared" | "none";
}

/** What `check` needs of the fields that there are: no others may be given. */
export type Checks = Readonly<
  Record<string, Pick<Field, "rule" | "members" | "elsewhere" | "required">>
>;

export type Fields = Readonly<Record<string, Field>>;

/** The type of a value that the field's rule accepts. */
type ValueOf<F> = F extends { readonly rule: Rule<infer Value> } ? Value : never;

/** The names of the fields of which this is so. */
type NamesWith<Table, Trait> = {
  [Name in keyof Table]: Table[Name] extends Trait ? Name : never;
}[keyof Table];

type RequiredIn<Table> = NamesWith<Table, { readonly required: true | string }>;

/** What a program gives, by the rules of its table. */
export type Given<Table> = {
  readonly [Name in keyof Table]?: ValueOf<Table[Name]> | undefined;
};

/** What a program gave, where `checkFields` found nothing wrong with it. */
export type Checked<Table> = Omit<Given<Table>, RequiredIn<Table>> & {
  readonly [Name in RequiredIn<Table>]: ValueOf<Table[Name]>;
};

/** Names of what the core takes under them. */
export type PassedOn<Table> = NamesWith<Table, { readonly passedOn: true }>;

/** What of `Values` the core takes; what has a default is there. */
export type Passed<Table, Values> = Pick<Values, PassedOn<Table> & keyof Values> & {
  readonly [
    Name in PassedOn<Table> & NamesWith<Table, { readonly default: unknown }> & keyof Values
  ]: NonNullable<Values[Name]>;
};

/** Names of what the API returns. */
export type Returned<Table> = NamesWith<Table, { readonly output: "returned" }>;

export function namesOf<Name extends string>(table: Readonly<Record<Name, Property>>): Name[] {
  return Object.keys(table) as Name[];
}

/** Names of the outputs that are fields, so that a program has them from the start. */
export function outputsIn(table: Fields): readonly string[] {
  return namesOf(table).filter((name) => table[name]?.output !== "none");
}

/** For `comparedAs`: order and repetition in a list say nothing, and neither does an empty one. */
export function asSet(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.length === 0 ? undefined : [...new Set<unknown>(value)].sort();
}
