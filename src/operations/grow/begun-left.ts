// What interrupted runs were to send and later ones left out: where each run declares only a part of the set, none may ever come
// back to it.
import type { Avala } from "../../api/connection";
import { comparePaths, type ManifestEntry } from "../../files/manifest/manifest";
import { resolveDestination } from "../../upload/destination";
import { journalPath } from "../../upload/journal/journal";
import { isLocked } from "../../upload/journal/lock";
import { readBegun, type BegunRecord } from "./begun-record";
import type { GrowTarget } from "./growth";
import type { HeldEntry, Increment } from "./growth-plan";
import { incrementName } from "./increment-name";
import { likenessOf, pathOf } from "./item-homes";
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
