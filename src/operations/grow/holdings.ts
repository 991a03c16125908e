// What the increments of a growing set hold: what the caller or the record says was sent, what the store says, and where no
// record and no look speaks against it the digest in a name. Each that is found out is recorded, so that it is asked for once.
import type { Avala } from "../../api/connection";
import { reportUnknownOwner } from "../datasets/dataset-owner";
import { beginLook, reportHosts } from "../items/store-hosts";
import { takeByName } from "./by-name";
import type { FoundIncrement } from "./find-increments";
import type { GrowOptions, GrowTarget, KnownIncrement } from "./growth";
import { planGrowth, type HeldEntry, type Increment } from "./growth-plan";
import { listIncrement, lookInto, type ListedIncrement, type Look } from "./increment-content";
import { areWholePaths } from "./increment-items";
import { pathOf } from "./item-homes";
import { recordIncrement } from "./increment-record";
import { createKnowledge, incrementsOf, knownAs, type Knowledge } from "./knowledge";
import { lookAtKnown } from "./known-looks";
import { judgeLooks } from "./judge-looks";
import { isUnknown } from "./left-items";
import { findMoved, isUnlisted, withUnlisted } from "./moved-items";
import { isUnclear } from "./unclear-items";
import { reportUnclear } from "./report-unclear";

type ByUid = ReadonlyMap<string, readonly HeldEntry[]>;

/**
 * Forgets known increments of which an item stands for a declared file and was not comparable: another look may compare it.
 * Returns what was known of them.
 */
function forgetUnverified(
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
): ByUid {
  const { entries } = knowledge;
  const forgotten = new Map<string, readonly HeldEntry[]>();
  const isWhole = [...entries.values()].every((held) =>
    held.every(({ sha256 }) => sha256 !== undefined),
  );
  if (isWhole) return forgotten;
  const plan = planGrowth(target.files, incrementsOf(found, knowledge), target.postponed);
  for (const { datasetUid } of plan.unverified) {
    const held = entries.get(datasetUid);
    if (held?.some(isUnknown) !== true) continue;
    forgotten.set(datasetUid, held);
    entries.delete(datasetUid);
  }
  return forgotten;
}

/** @param before what was known of some of them: enough to go on with where they can't be listed now */
async function lookIntoUnknown(
  avala: Avala,
  target: GrowTarget,
  { found, before }: { readonly found: readonly FoundIncrement[]; readonly before: ByUid },
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
    try {
      listed.push(await listIncrement(avala, one, files, { ...terms, isRefuted }));
    } catch (error) {
      const held = before.get(one.dataset.uid);
      if (held === undefined || !isUnlisted(error)) throw error;
      entries.set(one.dataset.uid, held);
    }
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
    const shown = seen.map(({ entry }) => entry);
    entries.set(dataset.uid, withUnlisted(shown, before.get(dataset.uid)));
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
  const before = forgetUnverified(target, found, knowledge);
  await takeByName(avala, target, found, knowledge, options);
  const looking = { found, before };
  const look = (): Promise<void> => lookIntoUnknown(avala, target, looking, knowledge, options);
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
