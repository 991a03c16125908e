// A growing set's increments as the state has them: small, and the same to the byte whoever wrote it. Pure.
import { createHash } from "node:crypto";
import { MAX_KEY_BYTES } from "../../../src/api/limits";
import {
  comparePaths,
  createManifest,
  type ManifestEntry,
} from "../../../src/files/manifest/manifest";
import { packManifest, unpackManifest } from "../../../src/files/manifest/packing";
import type { GrowthPlan, HeldEntry, Increment } from "../../../src/operations/grow/growth-plan";
import type { KnownIncrement } from "../../../src/operations/grow/growth";
import { pathOf } from "../../../src/operations/grow/item-homes";
import { present } from "../../process/present";

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

type Held = Pick<Increment, "entries" | "moved">;

// What an unpacked manifest keeps. Packing no more makes one text of it, whether it was unpacked before or not.
const KEPT_DIGITS = 20;
const SHA256_DIGITS = 64;

/** Of a path that no file can have nothing is kept: a server's key may be any text. */
function canBePath(path: string): boolean {
  return path !== "" && !/[\r\n\p{Cs}]/u.test(path) && Buffer.byteLength(path) <= MAX_KEY_BYTES;
}

export function packed(entries: readonly ManifestEntry[]): string {
  const byPath = new Map<string, ManifestEntry>();
  for (const { path, sizeBytes, sha256 } of entries) {
    const short = sha256.slice(0, KEPT_DIGITS).padEnd(SHA256_DIGITS, "0");
    if (canBePath(path)) byPath.set(path, { path, sizeBytes, sha256: short });
  }
  return packManifest(createManifest(byPath.values()));
}

function isKnown(entry: HeldEntry): entry is ManifestEntry {
  return entry.sha256 !== undefined && entry.sizeBytes !== undefined;
}

function packedPaths(paths: readonly { path: string; sha256?: string }[]): string | undefined {
  if (paths.length === 0) return undefined;
  return packed(paths.map(({ path, sha256 = "" }) => ({ path, sizeBytes: 0, sha256 })));
}

/** Where items may be whose content is not known: one whose key may be made of several paths, at any of these. */
function unknownPaths(entries: readonly HeldEntry[]): readonly string[] {
  const unknown = entries.filter((entry) => !isKnown(entry));
  const lists = new Set(unknown.map((entry) => entry.candidates ?? [pathOf(entry)]));
  const known = new Set(entries.filter(isKnown).map(({ path }) => path));
  const open = [...new Set([...lists].flat())].filter((path) => !known.has(path));
  return open.length > 0 ? open : unknown.map(({ path }) => path);
}

function digestOfPath(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, KEPT_DIGITS);
}

/** By dataset, so that a set of many increments is sorted once. */
function byDataset<Item extends { readonly datasetUid: string }>(
  items: readonly Item[],
): ReadonlyMap<string, readonly Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const known = found.get(item.datasetUid);
    if (known === undefined) found.set(item.datasetUid, [item]);
    else known.push(item);
  }
  return found;
}

/** Of what was not judged in this run: what the state said of it before. */
function judgedBefore(
  { postponed }: GrowthPlan,
  before: readonly IncrementInState[],
): Pick<GrowthPlan, "superseded" | "moved"> {
  if (postponed.length === 0) return { superseded: [], moved: [] };
  const states = new Map(before.map((one) => [one.uid, one]));
  const items = [...byDataset(postponed)].flatMap(([uid, items]) => {
    const { superseded, moved } = states.get(uid) ?? {};
    const isSuperseded = new Set(pathsIn(superseded));
    const movedTo = movesIn(moved);
    return items.map((item) => ({
      ...item,
      isSuperseded: isSuperseded.has(item.path),
      to: movedTo.get(digestOfPath(item.path)),
    }));
  });
  return {
    superseded: items.flatMap(({ path, datasetUid, isSuperseded }) =>
      isSuperseded ? [{ path, datasetUid, why: "changed" as const }] : [],
    ),
    moved: items.flatMap(({ path, datasetUid, to }) =>
      to === undefined ? [] : [{ path, datasetUid, to }],
    ),
  };
}

/** By a digest of the path that an item has, the path that its file has. */
function movesIn(moved: string | undefined): ReadonlyMap<string, string> {
  const moves = moved === undefined ? [] : unpackManifest(moved).entries;
  return new Map(moves.map(({ path, sha256 }) => [sha256, path]));
}

/**
 * The increments of a set, in order.
 * @param before what the state has: it stays what is true of items whose files were left for a later run
 */
export function incrementsInState(
  increments: readonly Increment[],
  plan: GrowthPlan,
  before: readonly IncrementInState[] = [],
): readonly IncrementInState[] {
  const kept = judgedBefore(plan, before);
  const superseded = byDataset([...plan.superseded, ...kept.superseded]);
  const moved = byDataset([...plan.moved, ...kept.moved]);
  const current = byDataset(plan.current);
  return increments.map(({ dataset, number, shortDigest, entries }) => {
    const { uid, name, ownerName } = dataset;
    const moves = moved.get(uid) ?? [];
    const currentHere = new Set((current.get(uid) ?? []).map(({ itemPath }) => itemPath));
    // Two items may have one key, and so one path here.
    const isNotCurrent = ({ path }: { path: string }): boolean => !currentHere.has(path);
    return present<IncrementInState>({
      ...{ uid, name, number, shortDigest, ownerName },
      manifest: packed(entries.filter(isKnown)),
      unknown: packedPaths(unknownPaths(entries).map((path) => ({ path }))),
      superseded: packedPaths((superseded.get(uid) ?? []).filter(isNotCurrent)),
      moved: packedPaths(moves.map(({ path, to }) => ({ path: to, sha256: digestOfPath(path) }))),
    });
  });
}

/** What of a plan the state does not have yet: the items that are superseded or moved since it was written. */
export function sinceState(plan: GrowthPlan, increments: readonly IncrementInState[]): GrowthPlan {
  const superseded = new Set<string>();
  const moved = new Set<string>();
  for (const { uid, superseded: paths, moved: moves } of increments) {
    for (const path of pathsIn(paths)) superseded.add(`${uid} ${path}`);
    for (const { path, sha256 } of moves === undefined ? [] : unpackManifest(moves).entries)
      moved.add(`${uid} ${sha256} ${path}`);
  }
  return {
    ...plan,
    superseded: plan.superseded.filter(
      ({ path, datasetUid }) => !superseded.has(`${datasetUid} ${path}`),
    ),
    moved: plan.moved.filter(
      ({ path, to, datasetUid }) => !moved.has(`${datasetUid} ${digestOfPath(path)} ${to}`),
    ),
  };
}

function heldOf({ manifest, unknown, moved }: IncrementInState): Held {
  const rest = unknown === undefined ? [] : unpackManifest(unknown).entries;
  const known = unpackManifest(manifest).entries;
  const movedTo = movesIn(moved);
  const moves = (movedTo.size === 0 ? [] : known).flatMap(({ path }) => {
    const to = movedTo.get(digestOfPath(path));
    return to === undefined ? [] : [{ path, to }];
  });
  return { entries: [...known, ...rest.map(({ path }) => ({ path }))], moved: moves };
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

function pathsIn(text: string | undefined): readonly string[] {
  return text === undefined ? [] : unpackManifest(text).entries.map(({ path }) => path);
}

/** How many items stand for no file any more. */
export function supersededIn(increments: readonly IncrementInState[]): number {
  return increments.reduce((sum, { superseded }) => sum + pathsIn(superseded).length, 0);
}

/** What the state says was sent: of the others the server is asked. */
export function knownInState(increments: readonly IncrementInState[]): readonly KnownIncrement[] {
  return increments
    .filter(({ unknown }) => unknown === undefined)
    .map((increment) => {
      const { uid, name, number, shortDigest, ownerName } = increment;
      return { uid, name, number, shortDigest, ownerName, ...heldOf(increment) };
    });
}

/** The increments as far as the state knows them, for a plan without the server. */
export function plannedInState(increments: readonly IncrementInState[]): readonly Increment[] {
  return increments.map((increment) => {
    const { uid, name, number, shortDigest } = increment;
    const held = heldOf(increment);
    const dataset = { uid, name, slug: "", status: "created", itemCount: held.entries.length };
    return { number, shortDigest, ...held, dataset };
  });
}
