// Datasets that lie beside growing sets, under the same name, and belong to none of them: of a folder that is gone, of sets
// that were cut otherwise, of another owner. Their annotations are left out without a word unless someone says so. Pure.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { groupBy } from "../../group-by";
import { printable } from "../../redact";
import { isPrivate } from "../datasets/dataset-owner";
import { counted, listed as lines } from "../../text";
import { folded } from "../datasets/dataset";
import { describeDataset, describeWork } from "../datasets/dataset-work";
import { isOfType } from "./find-increments";
import type { GrowTarget } from "./growth";
import { hasIncrementEnding, nameOfSet, parseIncrement } from "./increment-name";

/** What all sets of a partition have in common: `pets-` and `-` of `pets-{folder}-{increment}`. */
export interface Family {
  readonly before: string;
  readonly after: string;
}

/** `undefined` for a template of which the folders' sets can't be known by their names. */
export function familyOf(template: string): Family | undefined {
  const [before = "", rest = "", ...more] = template.split("{folder}");
  const [after = "", ...end] = rest.split("{increment}");
  if (more.length > 0 || end.length !== 1 || nameOfSet({ before }).length < 2) return undefined;
  return { before, after };
}

/** A set, and how many datasets it has. */
interface SetSize {
  readonly target: GrowTarget;
  readonly size: number;
}

type Kind = "folder" | "other-owner" | "other-set";

interface Beside {
  readonly kind: Kind;
  readonly datasets: readonly Dataset[];
}

const TAIL = /\d{4,6}-[0-9a-f]{12}$/;

function isOfFamily({ name }: Dataset, { before, after }: Family): boolean {
  const [written, start, end] = [folded(name), folded(before), folded(after)];
  const tail = TAIL.exec(written)?.[0] ?? "";
  const rest = written.slice(0, written.length - tail.length);
  const isLong = rest.length > start.length + end.length;
  return tail !== "" && isLong && rest.startsWith(start) && rest.endsWith(end);
}

function kindOf(
  dataset: Dataset,
  sets: readonly SetSize[],
  family: Family | undefined,
): Kind | undefined {
  const { name } = dataset;
  if (!isPrivate(dataset) || !hasIncrementEnding(name)) return undefined;
  const own = sets.filter(({ target }) => parseIncrement(target.name, dataset) !== undefined);
  const begun = own.filter(({ target }) => isOfType(dataset, target));
  if (begun.length > 0) return begun.some(({ size }) => size === 0) ? "other-owner" : undefined;
  if (own.length > 0) return undefined; // of another type, which is said elsewhere
  if (family !== undefined && isOfFamily(dataset, family)) return "folder";
  // Another set may well have a name that begins alike: that is only worth a word where a set begins.
  const starts = sets.filter(({ size }) => size === 0).map(({ target }) => target.name.before);
  const isLike = [...starts, ...(starts.length > 0 && family ? [family.before] : [])].some(
    (start) => folded(name).startsWith(folded(start)),
  );
  return isLike ? "other-set" : undefined;
}

/**
 * Of what is listed the datasets that some growing set left behind.
 * @param taken uids of what the sets have, or say already
 */
export function findBeside(
  listed: readonly Dataset[],
  sets: readonly SetSize[],
  options: { readonly family?: Family | undefined; readonly taken: ReadonlySet<string> },
): readonly Beside[] {
  const others = listed.filter(({ uid }) => !options.taken.has(uid));
  const byKind = groupBy(others, (dataset) => kindOf(dataset, sets, options.family));
  return [...byKind].flatMap(([kind, datasets]) => (kind === undefined ? [] : { kind, datasets }));
}

const WHATS: Readonly<Record<Kind, string>> = {
  folder: "of folders that have no files now",
  "other-owner": "of this name that another owner has",
  "other-set": "of other growing sets whose names begin like this one, which is new",
};

/** What follows for datasets under a set's name that are not of it. */
export function describeOutside(datasets: readonly Dataset[]): string {
  const isOne = datasets.length === 1;
  const [them, hold] = isOne ? ["it", "it holds"] : ["them", "they hold"];
  const names = datasets.map(describeDataset);
  const work = describeWork(datasets);
  return `${work === "" ? "" : `${work} `}Annotations stay there. Files that ${hold} do not count as held, and exports of the set do not cover ${them}. To export ${them} too, add ${isOne ? "its uid" : "their uids"} to those of the set.${lines(names, 5)}`;
}

/** @param name the set's, or what all have in common: `pets-` */
export function describeBeside({ kind, datasets }: Beside, name: string): string {
  const set = printable(nameOfSet({ before: name }));
  const stay = datasets.length === 1 ? "stays" : "stay";
  return `${counted(datasets.length, "dataset")} ${WHATS[kind]} ${stay} outside the growing set ${set}. ${describeOutside(datasets)}`;
}
