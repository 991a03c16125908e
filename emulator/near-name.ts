// The option that was meant by a name that is not one. Pure.
import { distance } from "fastest-levenshtein";

/** The nearest of `known`: one slip away in a short name, two in a long one. */
export function nearName(given: string, known: Iterable<string>): string | undefined {
  const name = given.slice(0, 100);
  const near = [...known]
    .map((one) => ({ one, slips: distance(name, one) }))
    .filter(({ one, slips }) => slips <= (one.length > 6 ? 2 : 1));
  return near.sort((left, right) => left.slips - right.slips)[0]?.one;
}
