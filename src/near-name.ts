// Whether one name is most likely another with a slip in it. Pure.
import { distance } from "fastest-levenshtein";

/** One slip in a short name, two in a long one. */
export function isNear(given: string, name: string): boolean {
  return distance(given, name) <= (name.length > 6 ? 2 : 1);
}
