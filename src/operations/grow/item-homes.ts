// The path at which each item belongs: that of the file that has had it since a move, else the one that its key stands for. Pure.
import { isSameDigest } from "../../files/manifest/compare";
import type { ManifestEntry } from "../../files/manifest/manifest";

interface Entry {
  readonly path: string;
  readonly as?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly notSha256?: string | undefined;
}

export type Likeness = "same" | "other" | "unknown";

export function likenessOf(
  { sizeBytes, sha256, notSha256 }: Omit<Entry, "path" | "as">,
  file: ManifestEntry,
): Likeness {
  if (sizeBytes !== undefined && sizeBytes !== file.sizeBytes) return "other";
  if (sha256 !== undefined) return isSameDigest(sha256, file.sha256) ? "same" : "other";
  return notSha256 === file.sha256 ? "other" : "unknown";
}

/** The declared path that it is held against, if that is declared. */
export function pathOf({ path, as }: Pick<Entry, "path" | "as">): string {
  return as ?? path;
}

/** Of an increment whose items were `moved` since, where each of its entries belongs. */
export type Homes = (
  moved?: readonly { readonly path: string; readonly to: string }[],
) => (entry: Entry) => string;

/**
 * A file that had an item in an earlier run keeps it as long as it has that content, also if another file is at the item's own
 * path by now, or that one is left for a later run. While it is left for a later run itself, nobody else gets the item.
 */
export function createHomes(
  files: readonly ManifestEntry[],
  moves: readonly { readonly to: string }[],
  isPostponed: (path: string) => boolean,
): Homes {
  const places = new Set(moves.map(({ to }) => to));
  const fileAt = new Map(
    places.size === 0
      ? []
      : files.flatMap((file) => (places.has(file.path) ? [[file.path, file] as const] : [])),
  );
  const homeOf = (entry: Entry, movedTo: string | undefined): string => {
    if (movedTo === undefined) return pathOf(entry);
    const file = fileAt.get(movedTo);
    const isIts = file === undefined ? isPostponed(movedTo) : likenessOf(entry, file) === "same";
    return isIts ? movedTo : pathOf(entry);
  };
  return (moved = []) => {
    const movedTo = new Map(moved.map(({ path, to }) => [path, to]));
    return (entry) => homeOf(entry, movedTo.get(entry.path));
  };
}
