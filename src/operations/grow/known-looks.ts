// Where storage has only differed from files, as in an increment in which the changed file is the only one, nothing there shows
// that this is a difference of the content. Items whose content is on record may: of these a few are looked at.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { isSameDigest } from "../../files/manifest/compare";
import { matchKeys } from "../items/item-keys";
import { listFacts } from "../items/item-reads";
import type { ItemFacts } from "../items/key-comparison";
import { kindOf, leadsToFiles, suffixOfKind } from "../items/store-evidence";
import { evidenceOf, lookOn } from "../items/store-hosts";
import { likenessOf, mayReadNamed, type Stored } from "../publish/likeness";
import type { WaitMs } from "../wait";
import type { FoundIncrement } from "./find-increments";
import type { GrowingFile, GrowTarget } from "./growth";
import type { HeldEntry } from "./growth-plan";
import { pathOf } from "./item-homes";
import type { Knowledge, Place } from "./knowledge";

// Where sizes are all that agrees, as many have to agree as differ.
const MAX_KNOWN_LOOKS = 16;

/** Whether items of its kind at its host, in whatever increment, would show that what differs is the content. */
function isOpen({ entry, item, evidence, isOtherByName }: Place): boolean {
  if (evidence === undefined || item.stored === undefined) return false;
  const kind = kindOf(evidence, pathOf(entry), item.stored);
  if (kind.wrongSize > 0 && !leadsToFiles(kind)) return true;
  return isOtherByName === true && kind.family.other > 0 && kind.ofHost.family.same === 0;
}

/** Of the kinds that are open. */
function openSuffixes({ places }: Knowledge): ReadonlySet<string> {
  const open = [...places.values()].filter(isOpen);
  return new Set(open.map(({ entry }) => suffixOfKind(pathOf(entry))));
}

interface OnRecord {
  readonly found: FoundIncrement;
  readonly entries: readonly HeldEntry[];
  /** Declared files that it holds at their paths, by path. */
  readonly files: ReadonlyMap<string, GrowingFile>;
}

function heldOf(entries: readonly HeldEntry[], declared: OnRecord["files"]): OnRecord["files"] {
  const held = entries.flatMap(({ path, sha256 }) => {
    const file = declared.get(path);
    const isHeld = file && file.sizeBytes > 0 && sha256 && isSameDigest(sha256, file.sha256);
    return isHeld ? [[path, file] as const] : [];
  });
  return new Map(held);
}

/** The smallest first: its first page most likely has what is looked for. */
function findOnRecord(
  { files }: GrowTarget,
  found: readonly FoundIncrement[],
  { entries, looks }: Knowledge,
): readonly OnRecord[] {
  const declared = new Map(files.map((file) => [file.path, file]));
  const known = found.filter((one) => one.isOwnerKnown && !looks.has(one.dataset.uid));
  return known
    .map((one) => ({ found: one, entries: entries.get(one.dataset.uid) ?? [] }))
    .sort((a, b) => a.entries.length - b.entries.length)
    .map((one) => ({ ...one, files: heldOf(one.entries, declared) }));
}

/** Those of the first page. It is advice: none where that can't be read. */
async function listSome(
  avala: Avala,
  { dataset: owner }: GrowTarget,
  { found: { dataset }, entries, files }: OnRecord,
  waitMs: WaitMs,
): Promise<readonly Stored[]> {
  const listing = { owner, expected: 0, hasUrls: true, isFirstPage: true, waitMs };
  const items = await listFacts(avala, dataset, listing).catch(
    (error: unknown): readonly ItemFacts[] => {
      if (isAvalaError(error) && error.code === "timeout") return [];
      throw error;
    },
  );
  if (items === undefined) return [];
  const paths = entries.map(({ path }) => path);
  const matches = matchKeys(
    paths,
    items.map(({ key }) => key),
  );
  return items.flatMap(({ url }, index) => {
    const match = matches[index];
    const file = match?.kind === "path" ? files.get(match.path) : undefined;
    return file !== undefined && url !== undefined ? [{ file, url }] : [];
  });
}

/** Costs a call for each suffix at the most, and none where storage has agreed, or nothing is on record. */
export async function lookAtKnown(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
  waitMs: () => WaitMs,
): Promise<void> {
  const suffixes = openSuffixes(knowledge);
  if (suffixes.size === 0) return;
  const known = findOnRecord(target, found, knowledge);
  const { hosts } = knowledge;
  for (const suffix of suffixes) {
    const isOfSuffix = (path: string): boolean => suffixOfKind(path) === suffix;
    const one = known.find(({ files }) => [...files.keys()].some(isOfSuffix));
    if (one === undefined) continue;
    const { uid: datasetUid } = one.found.dataset;
    const some = (await listSome(avala, target, one, waitMs()))
      .filter(({ file }) => isOfSuffix(file.path))
      .sort((a, b) => a.file.sizeBytes - b.file.sizeBytes)
      .slice(0, MAX_KNOWN_LOOKS);
    await lookOn(avala, hosts, waitMs(), async () => {
      for (const { file, url } of some) {
        if (!openSuffixes(knowledge).has(suffix)) return;
        const canRead = mayReadNamed(evidenceOf(hosts, { url, datasetUid }), file);
        await likenessOf(avala, { file, url }, { hosts, datasetUid, canRead });
      }
    });
  }
}
