// Whether one name is most likely another with a slip in it. Pure.
import { distance } from "fastest-levenshtein";

/** One slip in a short name, two in a long one. */
export function isNear(given: string, name: string): boolean {
  return slipsIn(given, name) <= (name.length > 6 ? 2 : 1);
}

/** The nearest of the names that are near, however their words are joined: `base_url`, `baseUrl`, `base-url`. */
export function nearestName<Name extends string>(
  given: string,
  names: readonly Name[],
): Name | undefined {
  const one = bare(given);
  const near = names.filter((name) => isNear(one, bare(name)));
  const slips = near.map((name) => slipsIn(one, bare(name)));
  return near[slips.indexOf(Math.min(...slips))];
}

/** What to write in the place of a name that is not known: the nearest one, or else each that is. */
export function suggestion(given: string, names: readonly string[]): string {
  const near = nearestName(given, names);
  return near === undefined ? `Known: ${names.join(", ")}.` : `Did you mean ${near}?`;
}

export function bare(name: string): string {
  return name.replace(/[-_]/g, "").toLowerCase();
}

function slipsIn(given: string, name: string): number {
  return areSwapped(given, name) ? 1 : distance(given, name);
}

/** Whether they differ in two neighbouring letters that have changed places. */
function areSwapped(given: string, name: string): boolean {
  const at = [...name].findIndex((letter, index) => given[index] !== letter);
  if (at === -1 || given.length !== name.length) return false;
  const swapped = `${name.slice(0, at)}${name[at + 1] ?? ""}${name[at] ?? ""}${name.slice(at + 2)}`;
  return given === swapped;
}
