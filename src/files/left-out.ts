// What a file set leaves out of what its lines match, besides hidden files, and how that is said. Pure.
import { counted, formatCount, shown } from "../text";
import type { Notice } from "./local-file";
import type { IgnoreCount } from "./scan/ignore/ignore-file";
import { describeSuffixes } from "./scan/indexing";

export interface LeftOut {
  /** Paths of files that the server would store and never show. */
  readonly unindexed: readonly string[];
  /** Files, and folders as one, that are known as junk. */
  readonly junk: number;
  /** What the lines of ignore files took away. */
  readonly ignored: readonly IgnoreCount[];
  /** Paths of files that are missing, since only their placeholder is on this disk. */
  readonly evicted: readonly string[];
  /** Paths of files that were written too recently. */
  readonly young: readonly string[];
  /** Paths of files that went or changed while they were read. */
  readonly changed: readonly string[];
  /** Paths of files that a list of paths does not name. */
  readonly unlisted: readonly string[];
}

/** Paths of files, or of folders of them, that are there and were only left for a later run. */
export function postponedIn({
  evicted,
  young,
  changed,
  unlisted,
}: Pick<LeftOut, "evicted" | "young" | "changed" | "unlisted">): readonly string[] {
  return [...evicted, ...young, ...changed, ...unlisted];
}

const maxLines = 10;

/** One line for each reason, as it stands after "left out: ". */
export function describeLeftOut(leftOut: LeftOut): readonly string[] {
  const { unindexed, junk, ignored, evicted, young, changed, unlisted } = leftOut;
  const lines: string[] = [];
  if (unlisted.length > 0)
    lines.push(`not in the list: ${counted(unlisted.length, "file")} (${named(unlisted)})`);
  if (unindexed.length > 0) {
    const files = counted(unindexed.length, "file");
    lines.push(`${files} that Avala would not index: ${describeSuffixes(unindexed)}`);
  }
  if (evicted.length > 0) lines.push(`in iCloud only: ${counted(evicted.length, "file")}`);
  if (young.length > 0)
    lines.push(
      `written just now, for a later run: ${counted(young.length, "file")} (${named(young)})`,
    );
  if (changed.length > 0)
    lines.push(
      `changed while read, for a later run: ${counted(changed.length, "file")} (${named(changed)})`,
    );
  if (junk > 0) {
    lines.push(
      `${formatCount(junk)} left by systems or unfinished downloads (Thumbs.db, @eaDir, *.part and the like)`,
    );
  }
  for (const { file, pattern, matched } of ignored.slice(0, maxLines))
    lines.push(`${formatCount(matched)} by the line ${shown(pattern)} of ${shown(file)}`);
  const rest = ignored.slice(maxLines).reduce((sum, { matched }) => sum + matched, 0);
  if (rest > 0) lines.push(`${formatCount(rest)} by other lines of ignore files`);
  return lines;
}

const maxNamed = 3;

function named(paths: readonly string[]): string {
  const rest = paths.length > maxNamed ? ", …" : "";
  return paths.slice(0, maxNamed).map(shown).join(", ") + rest;
}

/** An evicted image is an image less in the dataset. */
export function evictedNotices({ evicted }: Pick<LeftOut, "evicted">): readonly Notice[] {
  if (evicted.length === 0) return [];
  const names = named(evicted);
  const text = `Not downloaded from iCloud: ${counted(evicted.length, "file")} (${names}). Download ${evicted.length === 1 ? "it" : "them"} ("Keep Downloaded" in Finder, or brctl download) and run again.`;
  return [{ text }];
}
