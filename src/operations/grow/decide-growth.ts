// The first step of a growing set: what it holds, and so what is sent. Costs one list where all its increments are known;
// sends nothing.
import { aSession, withDeadline, type Avala } from "../../api/connection";
import { getDataset, ignoreGone } from "../../api/endpoints/datasets/datasets";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { InputError } from "../../errors";
import { isItemOf } from "../../files/scan/indexing";
import { printable } from "../../redact";
import { refuse } from "../../shapes";
import { counted } from "../../text";
import { isOwned } from "../datasets/dataset-owner";
import { describeBeside, describeOutside, findBeside, type Family } from "./beside";
import { describeFolderVersions } from "./folder-version";
import { reportAbandoned } from "./report-abandoned";
import { toMakeOf, type IncrementToMake } from "./next-increment";
import {
  findIncrements,
  isKnownOwn,
  isOfType,
  listUnder,
  type FoundIncrement,
} from "./find-increments";
import { planGrowth, type GrowthPlan, type Increment } from "./growth-plan";
import { findInGaps } from "./gaps";
import { readHoldings } from "./holdings";
import { knownAs } from "./knowledge";
import { knownOf, type Known } from "./known-increments";
import { reportLeft } from "./moved-items";
import { reportBySize } from "./report-by-size";
import { nameOfSet, numbersOf, parseIncrement } from "./increment-name";
import { GROW_OPTIONS, GROW_TARGET } from "./given";
import type { GrowOptions, GrowTarget, KnownIncrement } from "./growth";

export interface GrowDecision {
  /** Without the files that Avala would store and never show: of those no item could tell that they are held. */
  readonly target: GrowTarget;
  /** In order. */
  readonly increments: readonly Increment[];
  readonly plan: GrowthPlan;
  /** The dataset that is made first of what is to be sent; absent where nothing is. */
  readonly next?: IncrementToMake | undefined;
  /** Those that are made after it in the same run: `next` is then one that an interrupted run began. */
  readonly later: readonly IncrementToMake[];
  /** Known increments that Avala does not have any more: what they held is sent again. */
  readonly deleted: readonly KnownIncrement[];
  /** Datasets under the set's name that are not increments: their files are not held. */
  readonly byHand: readonly Dataset[];
  /** How many files were left out since Avala does not index them. */
  readonly unindexed: number;
}

interface Unlisted {
  readonly found: readonly FoundIncrement[];
  readonly deleted: readonly KnownIncrement[];
}

/** A list may leave out what is being made, and a dataset may have been renamed: each that is not listed is asked for. */
async function askForUnlisted(
  avala: Avala,
  target: GrowTarget,
  known: Known,
  listed: readonly FoundIncrement[],
): Promise<Unlisted> {
  const seen = new Set(listed.map(({ dataset }) => dataset.uid));
  const found: FoundIncrement[] = [];
  const deleted: KnownIncrement[] = [];
  for (const increment of known.values()) {
    const { uid, number, shortDigest } = increment;
    if (seen.has(uid)) continue;
    const dataset = await getDataset(avala, uid).catch(ignoreGone);
    // The set was of another type then, which is another set: that one is not gone, and holds nothing of this one.
    if (dataset !== undefined && !isOfType(dataset, target)) continue;
    const isOwn =
      dataset !== undefined &&
      (isKnownOwn(dataset, increment) || (await isOwned(avala, dataset, target.dataset)) !== false);
    if (dataset === undefined || !isOwn) deleted.push(increment);
    else found.push({ number, shortDigest, dataset, isOwnerKnown: true });
  }
  return { found, deleted };
}

function reportByHand(avala: Avala, { name }: GrowTarget, byHand: readonly Dataset[]): void {
  if (byHand.length === 0) return;
  const isNot = byHand.length === 1 ? "is not one of its increments" : "are not increments of it";
  const set = printable(nameOfSet(name));
  const head = `${counted(byHand.length, "dataset")} under the name of the growing set ${set} ${isNot}.`;
  avala.emit({ kind: "warning", text: `${head} ${describeOutside(byHand)}` });
}

/** What lies beside the sets, by the list that they were found in. */
function reportBeside(
  avala: Avala,
  decided: readonly GrowDecision[],
  { listed, family }: { readonly listed: readonly Dataset[]; readonly family: Family | undefined },
): void {
  const sets = decided.map(({ target, increments }) => ({ target, size: increments.length }));
  const taken = new Set(
    decided.flatMap(({ increments, byHand }) => [
      ...increments.map(({ dataset }) => dataset.uid),
      ...byHand.map(({ uid }) => uid),
    ]),
  );
  const name = family?.before ?? decided[0]?.target.name.before ?? "";
  for (const beside of findBeside(listed, sets, { family, taken }))
    avala.emit({ kind: "warning", text: describeBeside(beside, name) });
}

/** An increment of none would be an empty dataset. */
function requireIndexed(target: GrowTarget, given: number): void {
  const { files, postponed = [], dataset } = target;
  if (files.length > 0 || (given === 0 && postponed.length > 0)) return;
  const { dataType } = dataset;
  const text =
    given === 0
      ? "there are none"
      : `none of ${counted(given, "file")} has a suffix that Avala shows in a dataset of type ${dataType}`;
  throw new InputError([{ input: "files", text: `${text}, so the set has nothing to add` }]);
}

/**
 * {@link decideGrowth} for sets whose names begin alike, as partitions: one list for all.
 * @param family what the names of all folders' sets have in common: then those of folders that are gone are said
 */
export async function decideGrowths(
  avala: Avala,
  targets: readonly GrowTarget[],
  options: GrowOptions,
  family?: Family,
): Promise<readonly GrowDecision[]> {
  const known: Known[] = [];
  for (const target of targets) known.push(await knownOf(avala, target, options));
  const expected = known.reduce((sum, { size }) => sum + size, 0);
  const names = targets.map(({ name }) => name);
  const all = family === undefined ? names : [...names, { before: family.before }];
  const listed = await listUnder(avala, all, { expected });
  const decided: GrowDecision[] = [];
  for (const [index, target] of targets.entries()) {
    const knowledge = { listed, known: known[index] ?? new Map<string, KnownIncrement>() };
    decided.push(await decideListed(avala, target, knowledge, options));
  }
  reportBeside(avala, decided, { listed, family });
  return decided;
}

/**
 * Finds out what a growing set holds of the declared files. May be repeated.
 * @throws AvalaError `dataset` where an increment can't be read and no record is there; `timeout` while one is not created; as
 * {@link Avala.call}
 */
export async function decideGrowth(
  avala: Avala,
  target: GrowTarget,
  options: GrowOptions,
): Promise<GrowDecision> {
  refuse(aSession("avala", avala), GROW_OPTIONS("options", options), GROW_TARGET("target", target));
  const inTime = withDeadline(avala, options.deadlineMs);
  const known = await knownOf(inTime, target, options);
  const listed = await listUnder(inTime, [target.name], { expected: known.size });
  const decision = await decideListed(inTime, target, { listed, known }, options);
  reportBeside(avala, [decision], { listed, family: undefined });
  return decision;
}

function numbersIn({ name }: GrowTarget, increments: readonly Increment[]): readonly number[] {
  return increments.flatMap(({ number, dataset }) => numbersOf(name, dataset, number));
}

type Planned = Pick<GrowDecision, "increments" | "plan">;

function planned({ files, postponed }: GrowTarget, increments: readonly Increment[]): Planned {
  return { increments, plan: planGrowth(files, increments, postponed) };
}

/** With increments of which only the gap in the numbers shows that they are there: their files would be sent again. */
async function withGaps(
  avala: Avala,
  target: GrowTarget,
  { found, gone }: { readonly found: readonly FoundIncrement[]; readonly gone: readonly number[] },
  { read, options }: { readonly read: Planned; readonly options: GrowOptions },
): Promise<Planned> {
  const { increments, plan } = read;
  if (plan.toSend.length === 0) return read;
  const numbers = [...numbersIn(target, increments), ...gone];
  const unlisted = await findInGaps(avala, target, { found, numbers });
  if (unlisted.length === 0) return read;
  const known = new Map(increments.map((one) => [one.dataset.uid, knownAs(one)]));
  const all = { found: [...found, ...unlisted], known, isWhole: true };
  return planned(target, await readHoldings(avala, target, all, options));
}

async function decideListed(
  avala: Avala,
  given: GrowTarget,
  { listed, known }: { readonly listed: readonly Dataset[]; readonly known: Known },
  options: GrowOptions,
): Promise<GrowDecision> {
  const { dataType } = given.dataset;
  const files = given.files.filter(({ path }) => isItemOf(path, dataType));
  const target = { ...given, files };
  requireIndexed(target, given.files.length);
  const { found: ofList, byHand: others } = await findIncrements(avala, listed, target, known);
  const { found: unlisted, deleted } = await askForUnlisted(avala, target, known, ofList);
  const found = [...ofList, ...unlisted].map((one) => {
    const { moved } = known.get(one.dataset.uid) ?? {};
    return { ...one, moved };
  });
  // One that was renamed by hand is known by its uid, and still of the set.
  const isFound = new Set(unlisted.map(({ dataset }) => dataset.uid));
  const byHand = others.filter(({ uid }) => !isFound.has(uid));
  const read = planned(
    target,
    await readHoldings(avala, target, { found, known, isWhole: true }, options),
  );
  // Also of those of another type: their names are taken.
  const taken = others.flatMap((dataset) => parseIncrement(target.name, dataset) ?? []);
  const gone = [...deleted, ...taken].map(({ number }) => number);
  const { increments, plan } = await withGaps(avala, target, { found, gone }, { read, options });
  reportByHand(avala, target, byHand);
  reportLeft(avala, target, increments, plan);
  reportBySize(avala, increments, plan);
  // What was verified by an earlier run was said then.
  const recent = increments.filter(({ dataset }) => !known.has(dataset.uid));
  const folders = describeFolderVersions(recent, target.name);
  if (folders !== undefined) avala.emit({ kind: "warning", text: folders });
  const numbers = [...numbersIn(target, increments), ...gone];
  const { stored, stateDirectory } = options;
  const terms = { numbers, stored, stateDirectory };
  const { next, later, abandoned } = await toMakeOf(avala, target, plan.toSend, terms);
  reportAbandoned(avala, target, plan, abandoned);
  const unindexed = given.files.length - files.length;
  return { target, increments, plan, next, later, deleted, byHand, unindexed };
}
