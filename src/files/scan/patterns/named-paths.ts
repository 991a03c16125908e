// What lines name in full, on the disk: it is meant, whatever else would be left out. Reads nothing.
import { join } from "node:path";
import { isWithin } from "../../within";
import type { PatternLine } from "./patterns";

type IsLeftOut = ((real: string) => boolean) | undefined;

/** As `isLeftOut`, but for what is named in full, and for the folders on the way to it. */
export function unlessNamed(
  root: string,
  lines: readonly PatternLine[],
  isLeftOut: IsLeftOut,
): IsLeftOut {
  if (isLeftOut === undefined) return undefined;
  const named = lines.flatMap(({ literal }) => (literal === undefined ? [] : join(root, literal)));
  const isOnTheWay = (real: string): boolean => named.some((path) => isWithin(real, path));
  return (real) => !isOnTheWay(real) && isLeftOut(real);
}
