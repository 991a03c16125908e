// Which datasets the server has of a growing set: one list by name, whatever the set's size. Knows nothing of what they hold.
import type { Avala } from "../../api/connection";
import { searchDatasets } from "../../api/endpoints/datasets/datasets";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { folded } from "../datasets/dataset";
import { sharedPart } from "../datasets/dataset-list";
import { isPrivate, ownedAmong } from "../datasets/dataset-owner";
import { knownOwner, type OwnerWanted } from "../datasets/dataset-ref";
import type { GrowTarget, KnownIncrement } from "./growth";
import type { Move } from "./growth-plan";
import {
  hasIncrementEnding,
  nameOfSet,
  parseIncrement,
  type GrowingName,
  type NumberedName,
} from "./increment-name";

export interface FoundIncrement extends NumberedName {
  readonly dataset: Dataset;
  /** Whether it is shown to be the wanted owner's. Else nothing of it is vouched for. */
  readonly isOwnerKnown: boolean;
  readonly moved?: readonly Move[] | undefined;
}

interface FoundSet {
  readonly found: readonly FoundIncrement[];
  /** Datasets under the set's name that are not increments, as someone made by hand. */
  readonly byHand: readonly Dataset[];
}

/**
 * Every dataset that may be of one of the sets: one search, where their names have a part in common.
 * @param options `expected`: how many are known
 */
export async function listUnder(
  avala: Avala,
  sets: readonly GrowingName[],
  options: { readonly expected?: number | undefined } = {},
): Promise<readonly Dataset[]> {
  const names = [...new Set(sets.map(nameOfSet))];
  const shared = sharedPart(names.map((name) => ({ name })));
  const terms = shared === undefined ? names : [shared];
  const listed = new Map<string, Dataset>();
  for (const term of terms) {
    for await (const dataset of searchDatasets(avala, term, { ...options, isWhole: true }))
      listed.set(dataset.uid, dataset);
  }
  return [...listed.values()];
}

/** Whether it lies under the set's name, whoever's it is. One that another set made, as of a folder, does not. */
function isUnderName({ name }: Dataset, set: GrowingName): boolean {
  const written = folded(name);
  const before = folded(set.before);
  if (written === folded(nameOfSet(set))) return true;
  return written.startsWith(before) && !hasIncrementEnding(written.slice(before.length));
}

/** Strangers' datasets are listed when they are public: of those only the owner's, by a name that is known. */
async function ownByHand(
  avala: Avala,
  listed: readonly Dataset[],
  { wanted, known }: OwnTerms,
): Promise<readonly Dataset[]> {
  if (listed.every(isPrivate)) return listed;
  const before = [...known.values()].flatMap(({ ownerName }) => ownerName ?? []);
  const names = before.length > 0 ? before : (await knownOwner(avala, wanted)).names;
  return listed.filter((one) => isPrivate(one) || names.includes(one.ownerName ?? ""));
}

/**
 * One that the caller knows, and that still has the owner that it had then. Who may see a private one has it too; a public
 * one stays in sight when the key is another person's.
 */
export function isKnownOwn(dataset: Dataset, before: KnownIncrement | undefined): boolean {
  return before !== undefined && before.ownerName === dataset.ownerName && isPrivate(dataset);
}

/** Whether it can be one of the set: a set is of one type. */
export function isOfType(
  { dataType }: Dataset,
  { dataset: wanted }: Pick<GrowTarget, "dataset">,
): boolean {
  return dataType === undefined || dataType === wanted.dataType;
}

interface OwnTerms {
  readonly wanted: OwnerWanted;
  readonly known: ReadonlyMap<string, KnownIncrement>;
}

/** Of each name the wanted owner's; no call for one that is known. */
async function ownOf(
  avala: Avala,
  named: readonly Dataset[],
  { wanted, known }: OwnTerms,
): Promise<readonly Pick<FoundIncrement, "dataset" | "isOwnerKnown">[]> {
  const own = named.filter((dataset) => isKnownOwn(dataset, known.get(dataset.uid)));
  if (own.length > 0) return own.map((dataset) => ({ dataset, isOwnerKnown: true }));
  const found = await ownedAmong(avala, named, wanted);
  return found === undefined ? [] : [found];
}

/** Of what is listed the increments of a set. Another owner's dataset of the same name is never one. */
export async function findIncrements(
  avala: Avala,
  listed: readonly Dataset[],
  { name, dataset: wanted }: Pick<GrowTarget, "name" | "dataset">,
  known: ReadonlyMap<string, KnownIncrement>,
): Promise<FoundSet> {
  const byName = new Map<string, { numbered: NumberedName; named: Dataset[] }>();
  const byHand: Dataset[] = [];
  for (const dataset of listed) {
    const numbered = parseIncrement(name, dataset);
    if (numbered === undefined || !isOfType(dataset, { dataset: wanted })) {
      if (numbered !== undefined || isUnderName(dataset, name)) byHand.push(dataset);
      continue;
    }
    const { named } = byName.get(dataset.name) ?? { named: [] };
    byName.set(dataset.name, { numbered, named: [...named, dataset] });
  }
  const found: FoundIncrement[] = [];
  for (const { numbered, named } of byName.values()) {
    const own = await ownOf(avala, named, { wanted, known });
    found.push(...own.map((one) => ({ ...numbered, ...one })));
  }
  return { found, byHand: await ownByHand(avala, byHand, { wanted, known }) };
}
