// What a table of fields says of a resource's inputs and state: what is wrong, what changed, what is sent, what is kept.
// Knows no resource.
import { namesOf, type Fields, type Property } from "../fields/field";
import type { Problems } from "./failures";
import { isSame } from "./same";
import { hasUnknown } from "./unknown";

/** Absent and unknown values pass: whether one is required is the handler's business. */
export function checkFields(inputs: object, fields: Fields, problems: Problems): void {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(inputs));
  for (const [name, { rule }] of Object.entries(fields)) {
    const value = given.get(name);
    if (value === undefined || value === null || hasUnknown(value)) continue;
    const reason = rule(value);
    if (reason !== undefined) problems.add(name, reason);
  }
}

/** Names of the properties that are changed in this way, in the order of the table. */
export function changedIn<Name extends string>(
  table: Readonly<Record<Name, Property>>,
  change: Property["change"],
  { olds, news }: { readonly olds: object; readonly news: object },
): Name[] {
  const before: ReadonlyMap<string, unknown> = new Map(Object.entries(olds));
  const after: ReadonlyMap<string, unknown> = new Map(Object.entries(news));
  return namesOf(table).filter((name) => {
    const property = table[name];
    const { comparedAs = (value: unknown) => value } = property;
    const value = after.get(name);
    if (property.change !== change) return false;
    if (property.staysIfLeftOut === true && value === undefined) return false;
    return !isSame(comparedAs(before.get(name)), comparedAs(value));
  });
}

/** What is sent as it is given, under the API's names. */
export function bodyOf(fields: Fields, values: object): Readonly<Record<string, unknown>> {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(values));
  const sent = Object.entries(fields).flatMap(([name, { wire }]) =>
    wire === undefined || given.get(name) === undefined ? [] : [[wire, given.get(name)] as const],
  );
  return Object.fromEntries(sent);
}

/** The outputs that are kept as they were declared. */
export function keptIn<Values extends object>(fields: Fields, values: Values): Partial<Values> {
  const kept = Object.entries(values).filter(([name]) => fields[name]?.output === "declared");
  return Object.fromEntries(kept) as Partial<Values>;
}
