// Names that a program gives and nothing has: the engine and the SDK pass them over in silence, and so would the handlers.
// Pure.
import type { InputProblem } from "../../src/errors";
import { nearestName } from "../../src/near-name";
import { isLeftOut } from "./present";

/** The engine's own, and the SDK's: `__provider`, `__defaults`. */
function isOfEngine(name: string): boolean {
  return name.startsWith("__");
}

/** What is given and not known, each with what was most likely meant. */
export function unknownNames(given: object, known: readonly string[]): readonly InputProblem[] {
  return Object.entries(given)
    .filter(([name, value]) => !known.includes(name) && !isLeftOut(value) && !isOfEngine(name))
    .map(([name]) => ({ input: name, text: unknownText(nearestName(name, known)) }));
}

function unknownText(meant: string | undefined): string {
  if (meant !== undefined) return `is not a known property. Did you mean ${meant}?`;
  return "is not a known property, and would have no effect: remove it";
}
