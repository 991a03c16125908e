// What a field of a resource is: declared once, in the resource's table, and read by its checks, its diff, the body of its
// request and its outputs. Pure data; knows no resource.
import type { Rule } from "./rules";

/** A property that the resource computes, or that the API returns: no program gives it. */
export interface Property {
  /**
   * What another value of it means: another resource, a change of this one, or nothing. `own`: the resource's diff decides,
   * since other properties count too.
   */
  readonly change: "replace" | "update" | "ignore" | "own";
  /** What is equal counts as the same: a set for a list, the default for what is left out. @default the value */
  readonly comparedAs?: (value: unknown) => unknown;
  /** Whether what the program leaves out stays as it is, and is not a difference. @default false */
  readonly staysIfLeftOut?: true;
  /** Kept out of logs, errors and the plain state: all of it, or the members of these names. @default nothing */
  readonly secret?: true | readonly string[];
}

export interface Field<Value = unknown> extends Property {
  /** What a program may give. */
  readonly rule: Rule<Value>;
  /** What the API calls it, where it is sent as it is given. Absent where the call itself names it, or nothing is sent. */
  readonly wire?: string;
  /** Where its output comes from: the API returns it, or it is kept as it was declared. `none`: it is not an output. */
  readonly output: "returned" | "declared" | "none";
}

export type Fields = Readonly<Record<string, Field>>;

/** The type of a value that the field's rule accepts. */
type ValueOf<F> = F extends { readonly rule: Rule<infer Value> } ? Value : never;

/** What a program gives, by the rules of its table. */
export type Given<Table> = {
  readonly [Name in keyof Table]?: ValueOf<Table[Name]> | undefined;
};

export function namesOf<Name extends string>(table: Readonly<Record<Name, Property>>): Name[] {
  return Object.keys(table) as Name[];
}

/** For `comparedAs`: what is left out counts as `value`. */
export function orDefault(value: unknown): (given: unknown) => unknown {
  return (given) => given ?? value;
}

/** For `comparedAs`: order and repetition in a list say nothing, and neither does an empty one. */
export function asSet(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.length === 0 ? undefined : [...new Set<unknown>(value)].sort();
}
