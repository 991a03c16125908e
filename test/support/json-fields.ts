// The fields of a JSON document, each to be left out or changed.
/** The path of each field, of lists those of the first entry. */
export function fieldsOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const names = Array.isArray(value) ? ["0"] : Object.keys(value);
  return names.flatMap((name) => {
    const place = [...at, name];
    const inner = fieldsOf((value as Record<string, unknown>)[name], place);
    return Array.isArray(value) ? inner : [place, ...inner];
  });
}

/** A copy without the field at a path, or with another value there. */
export function without(value: object, place: readonly string[], other?: unknown): object {
  const copy = structuredClone(value) as Record<string, unknown>;
  const parent = place
    .slice(0, -1)
    .reduce((inner, name) => inner[name] as Record<string, unknown>, copy);
  const name = place.at(-1) ?? "";
  if (other === undefined) delete parent[name];
  else parent[name] = typeof parent[name] === "object" && parent[name] !== null ? 1 : other;
  return copy;
}

/** Another value of the same kind. */
function otherThan(value: string | number | boolean | null): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (value === null || value === "") return "x";
  return value.replace(/.$/, (last) => (last === "1" ? "2" : "1"));
}

/** A copy for each field that is not an object, with another value there. */
export function* changesOf(whole: object): Generator<readonly [place: string, changed: object]> {
  for (const place of fieldsOf(whole)) {
    const value = place.reduce<unknown>((inner, name) => Reflect.get(Object(inner), name), whole);
    if (typeof value === "object" && value !== null) continue;
    yield [place.join("."), without(whole, place, otherThan(value as string))];
  }
}
