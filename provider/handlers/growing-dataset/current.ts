// What a growing set's state is, and what it says is current. Pure. A program loads this file too, and none of those beside it.
import { createHash } from "node:crypto";
import { comparePaths, type ManifestEntry } from "../../../src/files/manifest/manifest";
import { unpackManifest } from "../../../src/files/manifest/packing";
import type { HeldEntry } from "../../../src/operations/grow/growth-plan";

// What an unpacked manifest keeps. Packing no more makes one text of it, whether it was unpacked before or not.
export const KEPT_DIGITS = 20;

export interface IncrementInState {
  readonly uid: string;
  readonly name: string;
  readonly number: number;
  /** The digits in its name. */
  readonly shortDigest: string;
  /** The server's word for the owner. */
  readonly ownerName?: string | undefined;
  /** What it holds, packed. */
  readonly manifest: string;
  /** Paths whose content is not known, packed. */
  readonly unknown?: string | undefined;
  /** Paths that are not current any more, packed. */
  readonly superseded?: string | undefined;
  /** Paths that its items have now, packed, each with a digest of the one that it had. */
  readonly moved?: string | undefined;
}

/** Whether an entry of the manifest is made of it. */
export function isKnown(entry: HeldEntry): entry is ManifestEntry {
  return entry.sha256 !== undefined && entry.sizeBytes !== undefined;
}

export function digestOfPath(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, KEPT_DIGITS);
}

/** By a digest of the path that an item has, the path that its file has. */
export function movesIn(moved: string | undefined): ReadonlyMap<string, string> {
  const moves = moved === undefined ? [] : unpackManifest(moved).entries;
  return new Map(moves.map(({ path, sha256 }) => [sha256, path]));
}

/** A declared file, and the item that stands for it. */
export interface CurrentItem {
  /** As it is declared. */
  readonly path: string;
  readonly datasetUid: string;
  /** In its dataset: another path where the file was moved. */
  readonly itemPath: string;
}

/** What is current of the set, sorted by path: without what is superseded, and without what could not be compared. */
export function currentInState(increments: readonly IncrementInState[]): CurrentItem[] {
  const current = increments.flatMap(({ uid, manifest, superseded, moved }) => {
    const gone = new Set(pathsIn(superseded));
    const movedTo = movesIn(moved);
    return unpackManifest(manifest)
      .entries.filter(({ path }) => !gone.has(path))
      .map(({ path: itemPath }) => {
        const path = movedTo.get(digestOfPath(itemPath)) ?? itemPath;
        return { path, datasetUid: uid, itemPath };
      });
  });
  return current.sort((one, other) => comparePaths(one.path, other.path));
}

export function pathsIn(text: string | undefined): readonly string[] {
  return text === undefined ? [] : unpackManifest(text).entries.map(({ path }) => path);
}

/** How many items stand for no file any more. */
export function supersededIn(increments: readonly IncrementInState[]): number {
  return increments.reduce((sum, { superseded }) => sum + pathsIn(superseded).length, 0);
}
