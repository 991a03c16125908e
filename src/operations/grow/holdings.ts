// What the increments of a growing set hold: what the caller or the record says was sent, what the store says, and where no
// record and no look speaks against it the digest in a name. Each that is found out is recorded, so that it is asked for once.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { shortDigest } from "../../files/manifest/dataset-name";
import { reportUnknownOwner } from "../datasets/dataset-owner";
import { beginLook, reportHosts } from "../items/store-hosts";
import { compareFound } from "../publish/decide";
import type { FoundIncrement } from "./find-increments";
import type { GrowOptions, GrowTarget, KnownIncrement } from "./growth";
import { planGrowth, type HeldEntry, type Increment } from "./growth-plan";
import { listIncrement, lookInto, type ListedIncrement, type Look } from "./increment-content";
import { areWholePaths } from "./increment-items";
import { pathOf } from "./item-homes";
import { recordIncrement } from "./increment-record";
import { createKnowledge, incrementsOf, type Knowledge } from "./knowledge";
import { lookAtKnown } from "./known-looks";
import { judgeLooks } from "./judge-looks";
import { isUnknown } from "./left-items";
import { findMoved } from "./moved-items";
import { isUnclear } from "./unclear-items";
import { reportUnclear } from "./report-unclear";

/**
 * An increment whose name has the digest of just what is not held: a run made it and was killed, or a rival did. Its items
 * are compared as a version's. That needs no keys that are paths.
 */
async function takeByName(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
  options: GrowOptions,
): Promise<boolean> {
  const { entries, broken } = knowledge;
  const unknown = found.filter(
    ({ dataset: { uid }, isOwnerKnown }) => isOwnerKnown && !entries.has(uid) && !broken.has(uid),
  );
  if (unknown.length === 0) return false;
  const { toSend } = planGrowth(target.files, incrementsOf(found, knowledge), target.postponed);
  if (toSend.length === 0) return false;
  const { digest } = createManifest(toSend);
  const same = unknown.find((one) => one.shortDigest === shortDigest(digest));
  if (same === undefined) return false;
  const named = { ...target.dataset, name: same.dataset.name };
  // Those of the target: they are on the disk, and can be held against what a store keeps.
  const wanted = new Set(toSend.map(({ path }) => path));
  const files = target.files.filter(({ path }) => wanted.has(path));
  const content = { dataset: named, files, digest };
  const { uid } = same.dataset;
  try {
    const { unverified, unshown } = await compareFound(avala, same, content, options);
    entries.set(uid, withoutContentOf(toSend, unshown));
    if (unverified === 0) knowledge.fresh.add(uid);
  } catch (error) {
    // It lacks items or their content, or the server gave up on it: what it has shows in its items, and the rest is sent again.
    if (!isAvalaError(error) || (error.code !== "conflict" && error.code !== "dataset"))
      throw error;
    broken.add(uid);
  }
  return true;
}

/** The same, of which nothing shows that some are what was sent. */
export function withoutContentOf(
  files: readonly ManifestEntry[],
  unshown: readonly string[] = [],
): readonly HeldEntry[] {
  if (unshown.length === 0) return files;
  const paths = new Set(unshown);
  return files.map((file) =>
    paths.has(file.path) ? { path: file.path, sizeBytes: file.sizeBytes } : file,
  );
}

/** Known increments of which an item stands for a declared file and was not comparable: another look may compare it. */
function forgetUnverified(
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
): void {
  const { entries } = knowledge;
  const isWhole = [...entries.values()].every((held) =>
    held.every(({ sha256 }) => sha256 !== undefined),
  );
  if (isWhole) return;
  const plan = planGrowth(target.files, incrementsOf(found, knowledge), target.postponed);
  for (const { datasetUid } of plan.unverified)
    if (entries.get(datasetUid)?.some(isUnknown) === true) entries.delete(datasetUid);
}

async function lookIntoUnknown(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
  options: GrowOptions,
): Promise<void> {
  const { entries, fresh, broken, looks, places, hosts } = knowledge;
  const files = new Map(target.files.map((file) => [file.path, file]));
  const {
    dataset: owner,
    dataset: { dataType },
  } = target;
  const { waitMs, stateDirectory } = options;
  const terms = { owner, dataType, waitMs, hosts, stateDirectory };
  const listed: ListedIncrement[] = [];
  for (const one of found) {
    if (entries.has(one.dataset.uid)) continue;
    if (!one.isOwnerKnown) reportUnknownOwner(avala, one.dataset, owner);
    const isRefuted = broken.has(one.dataset.uid);
    listed.push(await listIncrement(avala, one, files, { ...terms, isRefuted }));
  }
  const lists = listed.map(({ items }) => items);
  const areWhole = areWholePaths(lists, files);
  const looked: (readonly [FoundIncrement, Look])[] = [];
  for (const one of listed) {
    const isRefuted = broken.has(one.found.dataset.uid);
    looked.push([one.found, await lookInto(avala, one, files, { ...terms, isRefuted, areWhole })]);
  }
  for (const [{ dataset, isOwnerKnown }, look] of looked) {
    const seen = look();
    for (const { item, ...one } of seen)
      if (one.entry.sha256 === undefined && item !== undefined)
        places.set(one.entry, { ...one, item });
    entries.set(
      dataset.uid,
      seen.map(({ entry }) => entry),
    );
    looks.set(dataset.uid, look);
    if (isOwnerKnown) fresh.add(dataset.uid);
  }
}

/** Of what a name vouches for, it takes nothing away that a host shows nothing. */
function reportLooks(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  { entries, looks, hosts }: Knowledge,
): void {
  const paths = new Set(target.files.map(({ path }) => path));
  const looked = [...looks.keys()].flatMap((uid) => entries.get(uid) ?? []);
  if (looked.some((one) => isUnknown(one) && (paths.has(pathOf(one)) || isUnclear(one))))
    reportHosts(avala, hosts);
  for (const { dataset } of found)
    if (looks.has(dataset.uid)) reportUnclear(avala, dataset, entries.get(dataset.uid) ?? []);
}

export function knownAs({
  dataset,
  number,
  shortDigest: digest,
  entries,
}: Increment): KnownIncrement {
  const { uid, name, ownerName } = dataset;
  return { uid, name, ownerName, number, shortDigest: digest, entries };
}

async function recordFresh(
  avala: Avala,
  target: GrowTarget,
  increments: readonly Increment[],
  { fresh }: Knowledge,
  { stateDirectory }: GrowOptions,
): Promise<void> {
  for (const increment of increments) {
    if (!fresh.has(increment.dataset.uid)) continue;
    await recordIncrement(avala, target, knownAs(increment), stateDirectory);
  }
}

/**
 * The increments with what each holds, in order.
 * @throws AvalaError `dataset` where one can't be read and no record is there; `timeout` while one is not created
 */
export async function readHoldings(
  avala: Avala,
  target: GrowTarget,
  {
    found,
    known,
    isWhole,
  }: {
    readonly found: readonly FoundIncrement[];
    readonly known: ReadonlyMap<string, KnownIncrement>;
    /** Whether these are all of the set: then what is in none of them is new, and may be what an item was made of. */
    readonly isWhole: boolean;
  },
  options: GrowOptions,
): Promise<readonly Increment[]> {
  const knowledge = createKnowledge(beginLook(avala, options.waitMs()));
  for (const { dataset } of found) {
    const entries = known.get(dataset.uid)?.entries;
    if (entries !== undefined) knowledge.entries.set(dataset.uid, entries);
  }
  forgetUnverified(target, found, knowledge);
  while (await takeByName(avala, target, found, knowledge, options)); // each takes one
  const look = (): Promise<void> => lookIntoUnknown(avala, target, found, knowledge, options);
  await look();
  const { waitMs } = options;
  const same = isWhole
    ? await findMoved(avala, target, found, knowledge, { waitMs, look })
    : undefined;
  if (isWhole) await lookAtKnown(avala, target, found, knowledge, waitMs);
  judgeLooks(target, knowledge, same);
  reportLooks(avala, target, found, knowledge);
  const increments = incrementsOf(found, knowledge);
  await recordFresh(avala, target, increments, knowledge, options);
  return increments;
}
