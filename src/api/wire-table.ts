// Fields that the API takes, each declared once: what it is called here and there, its type, and how it is written and read.
// Knows no particular object; those are in the endpoints.
import type { Json } from "../json";
import type { Fields } from "./wire";

/** A field of a body. */
export interface SentField<Value> {
  /** What the API calls it. */
  readonly wire: string;
  /** What the body has for it. */
  readonly write: (value: Value) => unknown;
}

/** A field that the API also returns. */
export interface WireField<Value> extends SentField<Value> {
  readonly read: (fields: Fields, wire: string) => Value;
}

type SentTable = Readonly<Record<string, SentField<never>>>;
type WireTable = Readonly<Record<string, SentField<never> & Pick<WireField<unknown>, "read">>>;

type ValueOf<Field> = Field extends SentField<infer Value> ? Value : never;

type OptionalIn<Table> = {
  [Name in keyof Table]: undefined extends ValueOf<Table[Name]> ? Name : never;
}[keyof Table];

/** The object whose fields a table declares: those that may be `undefined` may be absent. */
export type ObjectOf<Table> = {
  readonly [Name in Exclude<keyof Table, OptionalIn<Table>>]: ValueOf<Table[Name]>;
} & {
  readonly [Name in OptionalIn<Table>]?: ValueOf<Table[Name]>;
};

export function sent<Value>(
  wire: string,
  write: (value: Value) => unknown = (value) => value,
): SentField<Value> {
  return { wire, write };
}

function kind<Value>(read: WireField<Value>["read"]): (wire: string) => WireField<Value> {
  return (wire) => ({ ...sent<Value>(wire), read });
}

const textsIn = (fields: Fields, wire: string): readonly string[] =>
  fields.maybeList(wire).filter((item) => typeof item === "string");

export const text = kind((fields, wire) => fields.text(wire));
export const maybeText = kind((fields, wire) => fields.maybeText(wire));
export const number = kind((fields, wire) => fields.number(wire));
export const maybeFlag = kind((fields, wire) => fields.maybeFlag(wire));
/** Empty where the reply has none. */
export const texts = kind(textsIn);
/** As {@link texts}; it need not be sent. */
export const maybeTexts = kind<readonly string[] | undefined>(textsIn);

/** A JSON body of what is given; whatever the table does not have stays here. */
export function bodyOf<Table extends SentTable>(
  table: Table,
  given: Partial<ObjectOf<Table>>,
): Json {
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(given));
  const fields = Object.entries<SentField<never>>(table).flatMap(([name, { wire, write }]) => {
    const value = values.get(name);
    return value === undefined ? [] : [[wire, write(value as never)] as const];
  });
  return Object.fromEntries(fields);
}

/** What a reply says of the fields of the table. @throws AvalaError `bad_reply` */
export function readObject<Table extends WireTable>(table: Table, fields: Fields): ObjectOf<Table> {
  const values = Object.entries(table).map(
    ([name, { wire, read }]) => [name, read(fields, wire)] as const,
  );
  return Object.fromEntries(values) as ObjectOf<Table>;
}
