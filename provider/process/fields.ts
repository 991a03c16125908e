// What a table of fields says of a resource's inputs and state: what is wrong, what changed, what is sent, what is kept.
// Knows no resource.
import {
  namesOf,
  type Checks,
  type Field,
  type Fields,
  type Passed,
  type Property,
  type Returned,
} from "../fields/field";
import { isObject } from "../fields/rules";
import { Problems } from "./failures";
import { unknownNames } from "./known-names";
import { isLeftOut } from "./present";
import { isSame } from "./same";
import { hasUnknown } from "./unknown";

/** A value that is unknown passes; a name that is, does not. */
export function checkFields(
  inputs: object,
  fields: Checks,
  problems: Problems,
  elsewhere?: ReadonlyMap<string, string>,
): void {
  for (const { input, text } of unknownNames(inputs, Object.keys(fields)))
    problems.add(input, elsewhere?.get(input) ?? text);
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(inputs));
  for (const [name, { required }] of Object.entries(fields)) {
    if (required === undefined || !isLeftOut(given.get(name))) continue;
    problems.add(name, required === true ? "is missing" : `is missing: ${required}`);
  }
  for (const [name, { rule, members, elsewhere: ofMembers }] of Object.entries(fields)) {
    const value = given.get(name);
    if (isLeftOut(value)) continue;
    const reason = hasUnknown(value) ? undefined : rule(value);
    if (reason !== undefined) problems.add(name, reason);
    else if (members !== undefined && isObject(value) === undefined) {
      const found = new Problems();
      checkFields(value as object, members, found, ofMembers);
      for (const one of found.failures) problems.add(name, `${one.property} ${one.reason}`);
    }
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
    const [old, now] = [before.get(name), value].map((one) => comparedAs(one ?? property.default));
    return !isSame(old, now);
  });
}

function passed(fields: Fields, given: object, otherwise: (field: Field) => unknown): object {
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(given));
  const found = Object.entries(fields).flatMap(([name, field]) => {
    const value = values.get(name) ?? otherwise(field);
    return field.passedOn === true && !isLeftOut(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

/** What the core takes under its own name. */
export function passedOn<Table extends Fields, Values extends object>(
  table: Table,
  values: Values,
): Passed<Table, Values> {
  return passed(table, values, (field) => field.default) as Passed<Table, Values>;
}

/** As {@link passedOn}, of what can be changed: with it the resource is as it is declared now. */
export function updatesOf<Table extends Fields, Values extends object>(
  table: Table,
  values: Values,
): Partial<Passed<Table, Values>> {
  const changeable = Object.entries(table).filter(([, { change }]) => change === "update");
  const fields: Fields = Object.fromEntries(changeable);
  return passed(fields, values, (field) => field.default ?? field.clearedBy);
}

/** What is sent as it is given, under the API's names. */
export function bodyOf(fields: Fields, values: object): Readonly<Record<string, unknown>> {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(values));
  const sent = Object.entries(fields).flatMap(([name, { wire }]) =>
    wire === undefined || given.get(name) === undefined ? [] : [[wire, given.get(name)] as const],
  );
  return Object.fromEntries(sent);
}

/** As {@link bodyOf}, for what is made: of what is left out the call's own default is sent. */
export function bodyOfNew(fields: Fields, values: object): Readonly<Record<string, unknown>> {
  const given = Object.entries(values).filter(([, value]) => !isLeftOut(value));
  return bodyOf(fields, Object.fromEntries(given));
}

/** The outputs that are kept as they were declared. */
export function keptIn<Values extends object>(fields: Fields, values: Values): Partial<Values> {
  const kept = Object.entries(values).filter(([name]) => fields[name]?.output === "declared");
  return Object.fromEntries(kept) as Partial<Values>;
}

/** The outputs that the API returns. */
export function returnedIn<Table extends Fields, Found extends object>(
  table: Table,
  found: Found,
): Pick<Found, Returned<Table> & keyof Found> {
  const returned = Object.entries(found).filter(([name]) => table[name]?.output === "returned");
  return Object.fromEntries(returned) as Pick<Found, Returned<Table> & keyof Found>;
}
