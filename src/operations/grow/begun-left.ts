// What interrupted runs were to send and later ones left out: where each run declares only a part of the set, none may ever come
// back to it. What is named of that is what the set lacks of the files as they are now.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import type { LocalFile } from "../../files/local-file";
import { comparePaths, type ManifestEntry } from "../../files/manifest/manifest";
import type { Disk } from "../../flow/disk/disk";
import { readUntil } from "../../flow/disk/reading-disk";
import { runPool } from "../../flow/pool";
import { resolveDestination } from "../../upload/destination";
import { journalPath } from "../../upload/journal/journal";
import { isLocked } from "../../upload/journal/lock";
import { readSha256 } from "../../upload/send/chunks";
import { FILE_READS_AT_ONCE } from "../items/store-hosts";
import { readBegun, type BegunRecord } from "./begun-record";
import type { GrowTarget } from "./growth";
import type { HeldEntry, Increment } from "./growth-plan";
import { incrementName } from "./increment-name";
import { createHomes, likenessOf, pathOf } from "./item-homes";
import { createPostponed } from "./postponed";

/** Whether it may hold the file as it was begun, or a run that came after that one has sent the file, whatever it was by then. */
function isSentIn(
  { number }: Increment,
  entry: HeldEntry,
  file: ManifestEntry,
  begun: BegunRecord,
): boolean {
  return number >= begun.number || likenessOf(entry, file) !== "other";
}

/** Of what was begun, the files that are there, were left for a later run, and have not been sent. */
export function leftOfBegun(
  begun: BegunRecord,
  { postponed = [] }: Pick<GrowTarget, "postponed">,
  increments: readonly Increment[],
): readonly ManifestEntry[] {
  const isPostponed = createPostponed(postponed);
  const left = new Map(
    begun.entries.filter(({ path }) => isPostponed(path)).map((file) => [file.path, file]),
  );
  for (const increment of left.size === 0 ? [] : increments)
    for (const entry of increment.entries) {
      const file = left.get(pathOf(entry));
      if (file !== undefined && isSentIn(increment, entry, file, begun)) left.delete(file.path);
    }
  return [...left.values()];
}

/** Whether a run of this machine sends it just now. */
async function isUnderWay(
  avala: Avala,
  { name, dataset: { organizationUid } }: GrowTarget,
  { number, digest }: BegunRecord,
  stateDirectory: string,
): Promise<boolean> {
  const datasetName = incrementName(name, number, digest).name;
  const destination = await resolveDestination(avala, { datasetName, organizationUid });
  return isLocked(avala.disk, journalPath(stateDirectory, destination));
}

/** The paths of {@link leftOfBegun}, of all that is begun and not under way. Costs no call but that of whose the set is. */
export async function findLeftOfBegun(
  avala: Avala,
  {
    target,
    increments,
  }: { readonly target: GrowTarget; readonly increments: readonly Increment[] },
  stateDirectory: string | undefined,
): Promise<readonly string[]> {
  if (stateDirectory === undefined) return [];
  const paths = new Set<string>();
  for (const begun of await readBegun(avala, target, stateDirectory)) {
    const left = leftOfBegun(begun, target, increments);
    if (left.length === 0 || (await isUnderWay(avala, target, begun, stateDirectory))) continue;
    for (const { path } of left) paths.add(path);
  }
  return [...paths].sort(comparePaths);
}

type FileThere = Pick<LocalFile, "path" | "absolutePath">;

/** By path, the items that belong there. */
function itemsAt(
  paths: readonly string[],
  { files, postponed = [] }: GrowTarget,
  increments: readonly Increment[],
): ReadonlyMap<string, readonly HeldEntry[]> {
  const moves = increments.flatMap(({ moved = [] }) => moved);
  const homes = createHomes(files, moves, createPostponed(postponed));
  const items = new Map<string, HeldEntry[]>(paths.map((path) => [path, []]));
  for (const { entries, moved } of increments) {
    const homeOf = homes(moved);
    for (const entry of entries) items.get(homeOf(entry))?.push(entry);
  }
  return items;
}

async function sizeNow(disk: Disk, absolutePath: string): Promise<number> {
  const handle = await disk.openToRead(absolutePath);
  try {
    return (await handle.stamp()).sizeBytes;
  } finally {
    await handle.close();
  }
}

/** Whether one of the items is known to be the file as it is now. It is read only where one has its size. */
async function isHeld(
  avala: Avala,
  { path, absolutePath }: FileThere,
  items: readonly HeldEntry[],
): Promise<boolean> {
  const disk = readUntil(avala.disk, avala.signal);
  try {
    const sizeBytes = await sizeNow(disk, absolutePath);
    const ofSize = items.filter((one) => one.sha256 !== undefined && one.sizeBytes === sizeBytes);
    if (ofSize.length === 0) return false;
    const sha256 = await readSha256(disk, { path, absolutePath, sizeBytes });
    return ofSize.some((one) => likenessOf(one, { path, sizeBytes, sha256 }) === "same");
  } catch (error) {
    if (isAvalaError(error) && error.code === "cancelled") throw error;
    return false; // what can't be read, or changes just now, is not known to be held
  }
}

/**
 * The paths of those of these files that the set does not hold as they are now: an interrupted run was to send them changed, and
 * they may be by now what they were before. @throws AvalaError `cancelled`
 */
export async function withoutHeld(
  avala: Avala,
  {
    target,
    increments,
  }: { readonly target: GrowTarget; readonly increments: readonly Increment[] },
  files: readonly FileThere[],
): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const paths = files.map(({ path }) => path);
  const items = itemsAt(paths, target, increments);
  const held = new Set<string>();
  const pool = { concurrency: FILE_READS_AT_ONCE, signal: avala.signal };
  await runPool(files, pool, async (file) => {
    if (await isHeld(avala, file, items.get(file.path) ?? [])) held.add(file.path);
  });
  return paths.filter((path) => !held.has(path));
}
