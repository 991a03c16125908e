// What each line that takes away takes: a line without effect is a slip, and files go that should stay.
// Walks the tree again, as far as such lines match; knows nothing of what is done about it.

import type { PatternCount } from "../local-file";
import type { PatternLine, Removal } from "./patterns/patterns";
import { adapterOf, globOf, type ScanRequest } from "./scan";
import { parentOf } from "./tree";
import { globLibrary } from "./glob-library";

type Walk = Pick<ScanRequest, "tree" | "signal">;

/** How many files each removal takes from those that the lines match, hidden ones and Git's included. */
export async function countRemoved(
  { tree, signal, lines }: ScanRequest,
  removals: readonly Removal[],
): Promise<readonly PatternCount[]> {
  if (removals.length === 0) return [];
  const walk = { tree, signal };
  const globs = removals.flatMap((removal) => removal.globs);
  const hiddenParts = new Set(removals.flatMap((removal) => [...removal.hiddenParts]));
  const near = await matching(walk, globs, { hiddenParts });
  const within = pathsTo(near);
  const taken: string[] = [];
  for (const line of lines) {
    taken.push(...(await matching(walk, [globOf(line, tree)], { within })));
  }
  const withinTaken = pathsTo(taken);
  const counts: PatternCount[] = [];
  for (const removal of removals) {
    const { pattern } = removal;
    const { length } = await matching(walk, removal.globs, { within: withinTaken });
    const matched = length === 0 && (await isBarred(walk, removal)) ? 1 : length;
    counts.push({ pattern, matched });
  }
  return counts;
}

/** Whether it leaves out a folder that could not be used: that is an effect, though no file of it is known. */
async function isBarred(walk: Walk, { globs, hiddenParts }: Removal): Promise<boolean> {
  let isFound = false;
  const onBar = (): void => {
    isFound = true;
  };
  await matching(walk, globs, { hiddenParts, onBar });
  return isFound;
}

interface Bounds {
  /** The only paths to look at. @default all */
  readonly within?: ReadonlySet<string>;
  /** Of `.git` only what is written out. @default all that is within */
  readonly hiddenParts?: PatternLine["hiddenParts"];
  readonly onBar?: () => void;
}

function matching(
  walk: Walk,
  globs: readonly string[],
  { within, hiddenParts, onBar = () => undefined }: Bounds,
): Promise<string[]> {
  const fs = adapterOf(walk, { within, hiddenParts, onBar });
  return globLibrary().glob([...globs], { cwd: walk.tree.root, dot: true, fs });
}

/** The paths, and the folders on the way to them. */
function pathsTo(paths: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of paths) {
    for (let at = path; at !== "" && !found.has(at); at = parentOf(at)) found.add(at);
  }
  return found;
}
