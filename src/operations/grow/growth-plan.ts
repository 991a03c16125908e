// What a growing set holds of the files that are declared, what is new, and what of its items is not current any more.
// Pure: the same files and increments give the same plan, in the same order.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { isSameDigest } from "../../files/manifest/compare";
import { comparePaths, type ManifestEntry } from "../../files/manifest/manifest";
import type { NumberedName } from "./increment-name";
import { takePostponed, type PostponedItem } from "./postponed";

/** One item of an increment, as far as its content is known. */
export interface HeldEntry {
  readonly path: string;
  readonly sizeBytes?: number | undefined;
  /** May be a prefix of 20 digits, as an unpacked manifest has it. */
  readonly sha256?: string | undefined;
  /** A sha256 that the item is known not to have, where no other is known. */
  readonly notSha256?: string | undefined;
}

/** One dataset of a growing set, and what it holds. */
export interface Increment extends NumberedName {
  readonly dataset: Dataset;
  readonly entries: readonly HeldEntry[];
}

/** A declared file that the set holds. */
interface CurrentFile {
  readonly path: string;
  readonly datasetUid: string;
  /** Where the item lies in its dataset: another path where the file was moved. */
  readonly itemPath: string;
  readonly sha256: string;
}

/** An item that stands for no declared file any more. It stays, with its annotations. */
export interface SupersededItem {
  readonly path: string;
  readonly datasetUid: string;
  /** `repeated`: the same path and content is current in another increment, as two runs at once may leave it. */
  readonly why: "changed" | "gone" | "repeated";
}

/** An item whose file has another path now. It is current under that one. */
export interface MovedItem {
  readonly path: string;
  readonly to: string;
  readonly datasetUid: string;
}

/** A declared file of which the set has an item that can't be compared: neither sent nor called unchanged. */
interface UnverifiedFile {
  readonly path: string;
  readonly datasetUid: string;
}

/** Each item of the set is in one of current, superseded, unverified and postponed. All are sorted by path. */
export interface GrowthPlan {
  readonly current: readonly CurrentFile[];
  readonly toSend: readonly ManifestEntry[];
  readonly superseded: readonly SupersededItem[];
  readonly moved: readonly MovedItem[];
  readonly unverified: readonly UnverifiedFile[];
  readonly postponed: readonly PostponedItem[];
}

interface Item {
  readonly entry: HeldEntry;
  readonly datasetUid: string;
}

/** By number; of equal numbers, which two runs at once may choose, by age. */
export function inOrder(increments: readonly Increment[]): readonly Increment[] {
  const ageOf = ({ dataset }: Increment): string => dataset.createdAt ?? "";
  return [...increments].sort(
    (a, b) =>
      a.number - b.number ||
      comparePaths(ageOf(a), ageOf(b)) ||
      comparePaths(a.dataset.uid, b.dataset.uid),
  );
}

type Likeness = "same" | "other" | "unknown";

function likenessOf({ sizeBytes, sha256, notSha256 }: HeldEntry, file: ManifestEntry): Likeness {
  if (sizeBytes !== undefined && sizeBytes !== file.sizeBytes) return "other";
  if (sha256 !== undefined) return isSameDigest(sha256, file.sha256) ? "same" : "other";
  return notSha256 === file.sha256 ? "other" : "unknown";
}

// The digits that an unpacked manifest keeps.
const CONTENT_DIGITS = 20;

/** `undefined` of what is not known, and of an empty file: any two of those are alike. */
function contentOf({ sizeBytes, sha256 }: HeldEntry): string | undefined {
  if (sha256 === undefined || sizeBytes === undefined || sizeBytes === 0) return undefined;
  return `${sizeBytes} ${sha256.slice(0, CONTENT_DIGITS)}`;
}

function itemsByPath(increments: readonly Increment[]): Map<string, Item[]> {
  const byPath = new Map<string, Item[]>();
  for (const { dataset, entries } of inOrder(increments)) {
    for (const entry of entries) {
      const item = { entry, datasetUid: dataset.uid };
      const known = byPath.get(entry.path);
      if (known === undefined) byPath.set(entry.path, [item]);
      else known.push(item);
    }
  }
  return byPath;
}

/** Whether nothing that is declared is its own file: its path is not declared, or has other content now. */
function isLeft({ entry }: Item, files: ReadonlyMap<string, ManifestEntry>): boolean {
  const file = files.get(entry.path);
  return file === undefined || likenessOf(entry, file) === "other";
}

/** The items that stand for no file at their own path, by their content: first those whose path is not declared. */
function leftByContent(
  byPath: ReadonlyMap<string, readonly Item[]>,
  files: ReadonlyMap<string, ManifestEntry>,
): Map<string, Item[]> {
  const left = new Map<string, Item[]>();
  const paths = [...byPath.keys()].sort(comparePaths);
  const inTurn = [
    ...paths.filter((path) => !files.has(path)),
    ...paths.filter((path) => files.has(path)),
  ];
  for (const path of inTurn) {
    for (const item of byPath.get(path) ?? []) {
      const content = contentOf(item.entry);
      if (content === undefined || !isLeft(item, files)) continue;
      const alike = left.get(content);
      if (alike === undefined) left.set(content, [item]);
      else alike.push(item);
    }
  }
  return left;
}

interface Sorted {
  readonly current: CurrentFile[];
  readonly unverified: UnverifiedFile[];
  readonly missing: ManifestEntry[];
  /** Items that stand for a file. */
  readonly used: Set<Item>;
}

function currentAt(item: Item, { path, sha256 }: ManifestEntry): CurrentFile {
  return { path, datasetUid: item.datasetUid, itemPath: item.entry.path, sha256 };
}

/** The oldest item of the wanted content is the current one: people have annotated it longest. */
function sortFiles(
  files: readonly ManifestEntry[],
  byPath: ReadonlyMap<string, readonly Item[]>,
): Sorted {
  const sorted: Sorted = { current: [], unverified: [], missing: [], used: new Set() };
  for (const file of files) {
    const items = byPath.get(file.path) ?? [];
    const same = items.find(({ entry }) => likenessOf(entry, file) === "same");
    const newest = items.at(-1);
    const used = same ?? newest;
    if (same !== undefined) sorted.current.push(currentAt(same, file));
    else if (newest !== undefined && likenessOf(newest.entry, file) === "unknown")
      sorted.unverified.push({ path: file.path, datasetUid: newest.datasetUid });
    else {
      sorted.missing.push(file);
      continue;
    }
    if (used !== undefined) sorted.used.add(used);
  }
  return sorted;
}

function supersededOf(
  byPath: ReadonlyMap<string, readonly Item[]>,
  files: ReadonlyMap<string, ManifestEntry>,
  used: ReadonlySet<Item>,
): readonly SupersededItem[] {
  const superseded: SupersededItem[] = [];
  for (const path of [...byPath.keys()].sort(comparePaths)) {
    const file = files.get(path);
    for (const item of byPath.get(path) ?? []) {
      if (used.has(item)) continue;
      const isRepeated = file !== undefined && likenessOf(item.entry, file) === "same";
      const why = file === undefined ? "gone" : isRepeated ? "repeated" : "changed";
      superseded.push({ path, datasetUid: item.datasetUid, why });
    }
  }
  return superseded;
}

/**
 * Holds declared files against the increments. A path that has its earlier content again is held by the older increment. A
 * file that was moved, so that its old path is not declared any more or is another file's, is not sent again; a copy is a
 * new file. An item whose file was only left for a later run is not taken for another file and never superseded.
 * @param leftForLater paths of such files, or of folders of them
 */
export function planGrowth(
  declared: Iterable<ManifestEntry>,
  increments: readonly Increment[],
  leftForLater: readonly string[] = [],
): GrowthPlan {
  const files = [...declared].sort((a, b) => comparePaths(a.path, b.path));
  const wanted = new Map(files.map((file) => [file.path, file]));
  const byPath = itemsByPath(increments);
  const postponed = takePostponed(byPath, wanted, leftForLater);
  const { current, unverified, missing, used } = sortFiles(files, byPath);
  const left = missing.length === 0 ? new Map<string, Item[]>() : leftByContent(byPath, wanted);
  const toSend: ManifestEntry[] = [];
  const moved: MovedItem[] = [];
  for (const file of missing) {
    const content = contentOf(file);
    const item = content === undefined ? undefined : left.get(content)?.shift();
    if (item === undefined) {
      const { path, sizeBytes, sha256 } = file;
      toSend.push({ path, sizeBytes, sha256 });
      continue;
    }
    used.add(item);
    current.push(currentAt(item, file));
    moved.push({ path: item.entry.path, to: file.path, datasetUid: item.datasetUid });
  }
  current.sort((a, b) => comparePaths(a.path, b.path));
  const superseded = supersededOf(byPath, wanted, used);
  return { current, toSend, superseded, moved, unverified, postponed };
}
