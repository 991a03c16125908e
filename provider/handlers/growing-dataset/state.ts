// A growing set's increments as the state has them: small, and the same to the byte whoever wrote it. Pure.
import { MAX_KEY_BYTES } from "../../../src/api/limits";
import { createManifest, type ManifestEntry } from "../../../src/files/manifest/manifest";
import { groupBy } from "../../../src/group-by";
import { packManifest, unpackManifest } from "../../../src/files/manifest/packing";
import type { GrowthPlan, HeldEntry, Increment } from "../../../src/operations/grow/growth-plan";
import type { KnownIncrement } from "../../../src/operations/grow/growth";
import { pathOf } from "../../../src/operations/grow/item-homes";
import { present } from "../../process/present";
import {
  digestOfPath,
  isKnown,
  KEPT_DIGITS,
  movesIn,
  pathsIn,
  type IncrementInState,
} from "./current";
import { leftInState, type Earlier } from "./left-in-state";

type Held = Pick<Increment, "entries" | "moved">;

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

const datasetOf = ({ datasetUid }: { readonly datasetUid: string }): string => datasetUid;

/**
 * The increments of a set, in order.
 * @param earlier for what stays of items whose files were left for a later run
 */
export function incrementsInState(
  increments: readonly Increment[],
  plan: GrowthPlan,
  earlier: Earlier = { before: [], left: [] },
): readonly IncrementInState[] {
  const left = leftInState(increments, plan, earlier);
  const superseded = groupBy([...plan.superseded, ...left.superseded], datasetOf);
  const moved = groupBy([...plan.moved, ...left.moved], datasetOf);
  const current = groupBy(plan.current, datasetOf);
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
