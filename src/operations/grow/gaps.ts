// Numbers that a growing set should have and no list shows: they follow each other, so one that is missing below another is
// of a dataset that was deleted, or that the list leaves out.
import type { Avala } from "../../api/connection";
import { getDataset } from "../../api/endpoints/datasets/datasets";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { printable } from "../../redact";
import { ignoreRefused, lookUnder, readUnderOwner } from "../datasets/dataset-ref";
import { findIncrements, listUnder, type FoundIncrement } from "./find-increments";
import type { GrowTarget, KnownIncrement } from "./growth";
import { nameOfSet, numberedSlug, numbersOf } from "./increment-name";

// Where none of so many is there, they were deleted, as somebody does with all old ones, and so were those before them.
const MAX_ASKED = 8;

type Target = Pick<GrowTarget, "name" | "dataset">;

interface Shown {
  /** What was found of the set. */
  readonly found: readonly FoundIncrement[];
  /** All that are known to be or to have been the set's. */
  readonly numbers: readonly number[];
  /** The first that is to be looked for. @default 1 */
  readonly from?: number | undefined;
}

/** Highest first. */
function gapsIn(numbers: readonly number[], from = 1): readonly number[] {
  const taken = new Set(numbers);
  const gaps: number[] = [];
  for (let number = Math.max(0, ...taken); number >= from; number -= 1)
    if (!taken.has(number)) gaps.push(number);
  return gaps;
}

/** The owner's name under which the server has a dataset of the set; `undefined` where that can't be known. */
async function ownerInPaths(
  avala: Avala,
  { dataset: wanted }: Target,
  found: readonly FoundIncrement[],
): Promise<string | undefined> {
  const dataset = found.find(({ isOwnerKnown }) => isOwnerKnown)?.dataset;
  if (dataset === undefined) return undefined;
  return readUnderOwner(avala, dataset, wanted, async (ref) => {
    const { uid } = await getDataset(avala, ref);
    return uid === dataset.uid ? ref.owner : undefined;
  }).catch(ignoreRefused);
}

interface Asked {
  readonly datasets: readonly Dataset[];
  /** Numbers of which the server does not let be seen what has their slug. */
  readonly unknown: readonly number[];
}

async function askBySlug(
  avala: Avala,
  target: Target,
  gaps: readonly number[],
  owner: string | undefined,
): Promise<Asked> {
  if (owner === undefined) return { datasets: [], unknown: gaps };
  const datasets: Dataset[] = [];
  const unknown: number[] = [];
  for (let start = 0; start < gaps.length; start += MAX_ASKED) {
    const numbers = gaps.slice(start, start + MAX_ASKED);
    const looks = await Promise.all(
      numbers.map((number) => lookUnder(avala, owner, numberedSlug(target.name, number))),
    );
    const there = looks.filter((look) => typeof look !== "string");
    datasets.push(...there);
    unknown.push(...numbers.filter((_, index) => looks[index] === "unknown"));
    if (there.length === 0) break;
  }
  return { datasets, unknown };
}

function reportUnknown(avala: Avala, { name }: Target, numbers: readonly number[]): void {
  if (numbers.length === 0) return;
  const set = printable(nameOfSet(name));
  const first = numbers.slice(0, 5).join(", ");
  const which = numbers.length === 1 ? `number ${first}` : `the numbers ${first}`;
  const more = numbers.length > 5 ? ` and ${numbers.length - 5} more` : "";
  const text = `Avala lists no dataset of ${which}${more} of the growing set ${set}, though it has higher ones, and does not let this key ask for it. If it was not deleted, its files may be added twice. A key with the scopes datasets.read and organizations.read may show it.`;
  avala.emit({ kind: "warning", text });
}

/**
 * The datasets of numbers that are missing below others: listed once more, as a list may have skipped them, and asked for by
 * their slugs. Costs no call where no number is missing.
 */
export async function findInGaps(
  avala: Avala,
  target: Target,
  { found, numbers, from }: Shown,
): Promise<readonly FoundIncrement[]> {
  if (gapsIn(numbers, from).length === 0) return [];
  const isFound = new Set(found.map(({ dataset }) => dataset.uid));
  const none = new Map<string, KnownIncrement>();
  const newOf = async (datasets: readonly Dataset[]): Promise<readonly FoundIncrement[]> => {
    const others = datasets.filter(({ uid }) => !isFound.has(uid));
    for (const { uid } of others) isFound.add(uid);
    return (await findIncrements(avala, others, target, none)).found;
  };
  const listed = await newOf(await listUnder(avala, [target.name], { expected: found.length }));
  const shown = listed.flatMap(({ dataset, number }) => numbersOf(target.name, dataset, number));
  const gaps = gapsIn([...numbers, ...shown], from);
  if (gaps.length === 0) return listed;
  const owner = await ownerInPaths(avala, target, [...found, ...listed]);
  const { datasets, unknown } = await askBySlug(avala, target, gaps, owner);
  reportUnknown(avala, target, unknown);
  return [...listed, ...(await newOf(datasets))];
}
