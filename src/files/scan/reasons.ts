// Says of lines that match nothing why: looks at what is on disk, and at what the other lines take away.
import { sep } from "node:path";
import { homeFolder } from "../../home-path";
import { counted, shown } from "../../text";
import type { PatternCount } from "../local-file";
import { matchingPaths } from "./patterns/matching";
import { parsePatterns, type Removal } from "./patterns/patterns";
import { adapterOf, globOf, type ScanRequest } from "./scan";
import type { DiskView } from "./disk-view";
import { otherSuffixes } from "./patterns/missing-names";
import { slipOf } from "./patterns/slips";
import type { Tree } from "./tree";
import { globLibrary } from "./glob-library";

// Each may walk the tree some times. The first show the slip that all of them have.
const maxExplained = 5;

interface Walk extends Pick<ScanRequest, "tree" | "signal"> {
  /** The only folder that is read. */
  readonly folder?: string | undefined;
}

/** The counts with the reasons of those that are 0, as far as any is likely. `removals` take from what lines match. */
export function withReasons(
  counts: readonly PatternCount[],
  { tree, signal, folder }: Walk,
  removals: readonly Removal[] = [],
): readonly PatternCount[] {
  // Of one folder most lines are about others.
  if (folder !== undefined) return counts;
  const disk = createDiskView(tree, signal);
  // Else they are, most likely, those of another line.
  const isNothing = counts.every(({ matched }) => matched === 0);
  let explained = 0;
  return counts.map((count) => {
    if (count.matched > 0 || explained >= maxExplained) return count;
    explained += 1;
    const line = count.pattern.replace(/^!(?!\()/, "").trim();
    const why =
      takenText(disk.matches(line), removals) ??
      slipOf(line, disk) ??
      (isNothing ? otherSuffixes(line, disk) : undefined);
    return why === undefined ? count : { ...count, why };
  });
}

const maxLooked = 1000;

/** That lines with `!` take away all that a line matches. */
function takenText(paths: readonly string[], removals: readonly Removal[]): string | undefined {
  const some = paths.slice(0, maxLooked);
  const takes = (globs: readonly string[]): boolean =>
    matchingPaths(some, globs).length === some.length;
  if (some.length === 0 || !takes(removals.flatMap(({ globs }) => globs))) return undefined;
  const one = removals.find(({ globs }) => takes(globs));
  const files = paths.length === 1 ? "the file" : `all ${counted(paths.length, "file")}`;
  if (one === undefined) return `lines with ! exclude ${files} that it matches`;
  const line = one.pattern.startsWith("!") ? one.pattern : `!${one.pattern}`;
  return `the line ${shown(line)} excludes ${files} that it matches`;
}

function createDiskView(tree: Tree, signal: AbortSignal | undefined): DiskView {
  const separator = sep === "\\" ? sep : "/";
  const matches: DiskView["matches"] = (text, anyCase = false) => {
    const { lines, problems } = parsePatterns({
      ...{ include: [text], exclude: [], roots: [tree.root] },
      ...{ separator, home: homeFolder() },
    });
    const [line] = lines;
    if (line === undefined || problems.length > 0) return [];
    const { hiddenParts } = line;
    const fs = adapterOf({ tree, signal }, { hiddenParts, onBar: () => undefined });
    const options = { cwd: tree.root, dot: true, caseSensitiveMatch: !anyCase, fs };
    return globLibrary().globSync(globOf(line, tree), options);
  };
  return {
    root: tree.root,
    separator,
    matches,
    namesIn: (folder) => {
      const isFolder = folder === "" || tree.find(folder)?.isDirectory() === true;
      return isFolder ? [...(tree.list(folder)?.entries.keys() ?? [])] : undefined;
    },
    isSkippedLink: (path) => tree.find(path)?.bar?.level === "skipped",
  };
}
