// The option that was meant by a name that is not one. Pure. The core has a rule like it, and no code of it is shared.
import { distance } from "fastest-levenshtein";

/** The nearest of `known`: one slip away in a short name, two in a long one. */
export function nearName(given: string, known: Iterable<string>): string | undefined {
  const name = given.slice(0, 100);
  const near = [...known]
    .map((one) => ({ one, slips: areSwapped(name, one) ? 1 : distance(name, one) }))
    .filter(({ one, slips }) => slips <= (one.length > 6 ? 2 : 1));
  return near.sort((left, right) => left.slips - right.slips)[0]?.one;
}

/** Whether all that differs is two letters, side by side, that have changed places. */
function areSwapped(given: string, name: string): boolean {
  const at = [...name].findIndex((letter, index) => letter !== given[index]);
  const [first, second] = [given[at], given[at + 1]];
  if (first === undefined || second === undefined) return false;
  return name === `${given.slice(0, at)}${second}${first}${given.slice(at + 2)}`;
}
