// Holds a dataset's items against the files that it should be made of: by their keys, and where keys say nothing by what
// Avala counts (contract, "Items", "Sequences and health"). Knows nothing of contents.
import type { Avala } from "../api/connection";
import { getDatasetHealth, type DatasetHealth } from "../api/endpoints/dataset-health";
import type { Dataset } from "../api/endpoints/dataset-wire";
import { listItems, type DatasetItem } from "../api/endpoints/items";
import { refOf } from "./dataset-owner";
import { ignoreForbidden } from "../errors";
import { dataTypes, isIndexed } from "../files/media";
import { matchKeys, type KeyMatch } from "./item-keys";
import { printable } from "../redact";

export interface ItemComparison {
  /** Sent, of a suffix that the server indexes, and not among the items. */
  readonly missing: readonly string[];
  /** Among the items, and not sent now: left under the name by an earlier run. */
  readonly extra: readonly string[];
  /** Stored with another size than was sent, where the server returns sizes. */
  readonly wrongSize: readonly string[];
  /** How many of the files neither keys nor counts could show. */
  readonly uncompared: number;
  /** Why, for people; absent when all was compared. */
  readonly doubt?: string | undefined;
  /** What Avala itself reports as lost. */
  readonly lost?: string | undefined;
}

export interface ExpectedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

type ItemFacts = Pick<DatasetItem, "uid" | "key" | "sizeBytes">;

export interface KeyComparison extends Pick<ItemComparison, "missing" | "extra" | "wrongSize"> {
  /** How many of the files the keys can't show. */
  readonly unclear: number;
}

export interface KeyTerms {
  /** Items are frames then, and the server names them as it likes. */
  readonly isSequence: boolean;
  /** The dataset is known to be made of these files: keys like no path are the server's, and not other files' names. */
  readonly isMadeOfThem: boolean;
  /** Whether a key is the name of a file of the dataset's type. */
  readonly isFileName: (key: string) => boolean;
}

function labelOf({ key, uid }: ItemFacts): string {
  return key ?? `the item ${uid}`;
}

function isSizeWrong(
  files: ReadonlyMap<string, number>,
  item: ItemFacts,
  match: KeyMatch,
): boolean {
  if (match.kind !== "path" || item.sizeBytes === undefined) return false;
  return item.sizeBytes !== files.get(match.path);
}

/** What no item stands for, as far as the items that can't be told leave that open. */
function sortLeft(
  left: readonly string[],
  doubtful: readonly KeyMatch[],
): { readonly missing: readonly string[]; readonly unclear: number } {
  if (doubtful.length === 0) return { missing: left, unclear: 0 };
  const named = doubtful.flatMap((match) => (match.kind === "unclear" ? match.candidates : []));
  // A key that is missing, or that the server made, may be any file's.
  const isAny = doubtful.some((match) => match.kind !== "unclear" || match.candidates.length === 0);
  if (isAny) return { missing: [], unclear: left.length };
  const possible = new Set(named);
  const missing = left.filter((path) => !possible.has(path));
  return { missing, unclear: left.length - missing.length };
}

/** Pure: what the keys say. */
export function compareKeys(
  files: ReadonlyMap<string, number>,
  items: readonly ItemFacts[],
  { isSequence, isMadeOfThem, isFileName }: KeyTerms,
): KeyComparison {
  const matches = matchKeys(
    files.keys(),
    items.map(({ key }) => key),
  );
  const pairs = items.map((item, index) => ({ item, match: matches[index] as KeyMatch }));
  const found = new Set(matches.flatMap((match) => (match.kind === "path" ? [match.path] : [])));
  const left = [...files.keys()].filter((path) => !found.has(path));
  const wrongSize = pairs.flatMap(({ item, match }) =>
    match.kind === "path" && isSizeWrong(files, item, match) ? [match.path] : [],
  );
  const isForeign = ({ item: { key }, match }: (typeof pairs)[number]): boolean => {
    if (isSequence && (key === undefined || !isFileName(key))) return false;
    if (left.length === 0) return match.kind !== "path";
    if (match.kind !== "none") return false;
    if (found.size > 0) return true;
    return !isMadeOfThem && key !== undefined && isFileName(key);
  };
  const extra = new Set(pairs.filter(isForeign).map(({ item }) => labelOf(item)));
  const doubtful = pairs.filter((pair) => pair.match.kind !== "path" && !isForeign(pair));
  const { missing, unclear } = sortLeft(
    left,
    doubtful.map(({ match }) => match),
  );
  return { missing, extra: [...extra], wrongSize, unclear };
}

function countsOf(health: DatasetHealth | undefined): readonly number[] {
  if (health === undefined) return [];
  const { itemCount, sequenceCount, totalFrames } = health;
  return [itemCount, totalFrames, sequenceCount].flatMap((count) => count ?? []);
}

function describeCounts(health: DatasetHealth): string {
  const counts = [
    [health.itemCount, "items"],
    [health.totalFrames, "frames"],
    [health.sequenceCount, "sequences"],
  ] as const;
  const known = counts.flatMap(([count, what]) => (count === undefined ? [] : `${count} ${what}`));
  return known.length === 0 ? "no counts" : known.join(", ");
}

type Verdict = Pick<ItemComparison, "uncompared" | "doubt" | "lost">;

/** Pure: what Avala's own counts say of `sent` files whose items no key shows. */
export function judgeHealth(
  health: DatasetHealth | undefined,
  { sent, unclear }: { readonly sent: number; readonly unclear: number },
): Verdict {
  const why = `${unclear} of ${sent} files could not be compared with the items of the dataset, since their keys are not paths`;
  if (health === undefined) {
    return { uncompared: unclear, doubt: `${why}, and Avala reports no health of it` };
  }
  const counts = countsOf(health);
  if (health.ingestOk && counts.includes(sent)) return { uncompared: 0 };
  const reported = describeCounts(health);
  const isShort = counts.length > 0 && counts.every((count) => count < sent);
  if (!health.ingestOk && health.issues.length > 0 && isShort) {
    const issues = printable(JSON.stringify(health.issues), maxIssueCharacters);
    const lost = `Avala reports that indexing failed: ${reported} of ${sent} files, issues ${issues}`;
    return { uncompared: unclear, lost };
  }
  const ended = health.ingestOk ? "succeeded" : "has not succeeded";
  return {
    uncompared: unclear,
    doubt: `${why}. Avala reports ${reported}, and that indexing ${ended}`,
  };
}

const maxIssueCharacters = 300;

async function listFacts(avala: Avala, dataset: Dataset): Promise<readonly ItemFacts[]> {
  const items: ItemFacts[] = [];
  // Of one uid an item comes once (pages.ts); a second item of one path is another, which is foreign.
  for await (const { uid, key, sizeBytes } of listItems(avala, await refOf(avala, dataset))) {
    items.push({ uid, key, sizeBytes });
  }
  return items;
}

/**
 * Holds a dataset's items against what should be indexed. A hundred items cost one call, and one more where keys differ
 * from the paths.
 */
export async function compareItems(
  avala: Avala,
  dataset: Dataset,
  expected: Iterable<ExpectedFile>,
  options: Partial<Pick<KeyTerms, "isMadeOfThem">> = {},
): Promise<ItemComparison> {
  const files = new Map<string, number>();
  for (const { path, sizeBytes } of expected) files.set(path, sizeBytes);
  const items = await listFacts(avala, dataset);
  const dataType = dataTypes.find((known) => known === dataset.dataType);
  const terms = {
    isMadeOfThem: options.isMadeOfThem ?? false,
    isFileName: (key: string) => dataType === undefined || isIndexed(key, dataType),
  };
  const compare = (isSequence: boolean): KeyComparison =>
    compareKeys(files, items, { ...terms, isSequence });
  const isFlagged = dataset.isSequence === true;
  const byKeys = compare(isFlagged);
  if (isAllEqual(byKeys)) return withoutDoubt(byKeys);
  const health = await getDatasetHealth(avala, await refOf(avala, dataset)).catch(ignoreForbidden);
  const isSequence = isFlagged || (health?.sequenceCount ?? 0) > 0;
  // A sequence dataset may list no items and count its frames: then there are no keys to compare.
  const isUnlisted = isSequence && items.length === 0 && countsOf(health).includes(files.size);
  const known = isUnlisted
    ? { missing: [], extra: [], wrongSize: [], unclear: files.size }
    : compare(isSequence);
  const { unclear, ...differences } = known;
  if (unclear === 0) return withoutDoubt(known);
  return { ...differences, ...judgeHealth(health, { sent: files.size, unclear }) };
}

function isAllEqual({ missing, extra, unclear }: KeyComparison): boolean {
  return missing.length + extra.length + unclear === 0;
}

function withoutDoubt({ missing, extra, wrongSize }: KeyComparison): ItemComparison {
  return { missing, extra, wrongSize, uncompared: 0 };
}
