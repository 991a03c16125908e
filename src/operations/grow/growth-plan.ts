// What a growing set holds of the files that are declared, what is new, and what of its items is not current any more.
// Pure: the same files and increments give the same plan, in the same order.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { comparePaths, type ManifestEntry } from "../../files/manifest/manifest";
import { freeItems, pairByContent, type LeftItem } from "./by-content";
import { byPath } from "./by-path";
import type { NumberedName } from "./increment-name";
import { createHomes, likenessOf, type Homes } from "./item-homes";
import { createPostponed, type PostponedItem } from "./postponed";
import { createUnclearItems, isUnclear, type UnclearItems } from "./unclear-items";

/** What a store shows of an item. It may be a preview's, and MD5s may be none: then it is no difference from any file. */
export interface StoredContent {
  readonly sizeBytes?: number | undefined;
  readonly md5?: string | undefined;
  readonly doubtful?: "md5" | "all" | undefined;
}

/** One item of an increment, as far as its content is known. */
export interface HeldEntry {
  /** What was sent for it lay there, or its key where that is not known. */
  readonly path: string;
  /** The declared path that it is held against, where its key is another text and may stand for that. */
  readonly as?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** May be a prefix of 20 digits, as an unpacked manifest has it. */
  readonly sha256?: string | undefined;
  /** A sha256 that the item is known not to have, where no other is known. */
  readonly notSha256?: string | undefined;
  /** Whether only the size that its store shows now says so, and no MD5. */
  readonly isOtherBySize?: boolean | undefined;
  /** Declared paths, any of which it may have: its key may be made of each, and is its `path` then. */
  readonly candidates?: readonly string[] | undefined;
  /** What its store has shown of its content, where no file of that content was declared. Absent where it has not answered. */
  readonly stored?: StoredContent | undefined;
}

/** The path of an item, and that of its file, which has another one now. */
export interface Move {
  readonly path: string;
  readonly to: string;
}

/** One dataset of a growing set, and what it holds. */
export interface Increment extends NumberedName {
  readonly dataset: Dataset;
  readonly entries: readonly HeldEntry[];
  /** Items of it that had files at other paths in earlier runs, as far as that is known, also of one that is back. */
  readonly moved?: readonly Move[] | undefined;
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
export interface MovedItem extends Move {
  readonly datasetUid: string;
}

/** A declared file that may be an item of the set, which can't be known now: neither sent nor called unchanged. */
interface UnverifiedFile {
  readonly path: string;
  readonly datasetUid: string;
}

/**
 * Each item of the set is in one of current, superseded and postponed, or one that an unverified file may be. All are sorted by
 * path, `moved` by the new one.
 */
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
  /** Of its increment among all, in order. */
  readonly turn: number;
  /** The path at which it belongs: its own, or that of the file that has it since a move. */
  readonly home: string;
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

/** By where they belong; those of one path in the order of their increments. */
function itemsOf(increments: readonly Increment[], homes: Homes): readonly Item[] {
  const items: Item[] = [];
  for (const [turn, { dataset, entries, moved }] of inOrder(increments).entries()) {
    const homeOf = homes(moved);
    for (const entry of entries)
      items.push({ entry, datasetUid: dataset.uid, turn, home: homeOf(entry) });
  }
  return items.sort((a, b) => comparePaths(a.home, b.home));
}

type Left = LeftItem<Item>;

interface Sorted {
  readonly current: CurrentFile[];
  /** With the newest item at its path, which can't be compared. */
  readonly unknown: { readonly item: Item; readonly file: ManifestEntry }[];
  readonly missing: ManifestEntry[];
  readonly left: Left[];
  /** Of which nothing is decided: their files are left for later, or nothing is known of their content. */
  readonly postponed: Item[];
}

function currentAt(item: Item, { path, sha256 }: ManifestEntry): CurrentFile {
  return { path, datasetUid: item.datasetUid, itemPath: item.entry.path, sha256 };
}

/** The oldest item of the wanted content is the current one: people have annotated it longest. */
function sortDeclared(file: ManifestEntry, items: readonly Item[], to: Sorted): void {
  const same = items.find(({ entry }) => likenessOf(entry, file) === "same");
  const newest = items.at(-1);
  let used = same;
  if (same !== undefined) to.current.push(currentAt(same, file));
  else if (newest !== undefined && likenessOf(newest.entry, file) === "unknown") {
    to.unknown.push({ item: newest, file });
    used = newest;
  } else to.missing.push(file);
  for (const item of items) {
    if (item === used) continue;
    if (likenessOf(item.entry, file) === "unknown") to.postponed.push(item);
    else to.left.push({ item, file });
  }
}

function sortFiles(
  files: readonly ManifestEntry[],
  items: readonly Item[],
  isPostponed: (path: string) => boolean,
): Sorted {
  const sorted: Sorted = { current: [], unknown: [], missing: [], left: [], postponed: [] };
  for (const { path, file, items: here } of byPath(files, items)) {
    if (file !== undefined) sortDeclared(file, here, sorted);
    else if (isPostponed(path)) sorted.postponed.push(...here);
    else sorted.left.push(...here.map((item) => ({ item, file })));
  }
  return sorted;
}

/** By the file at its own path: which other one it was held against is not on record. */
function supersededOf({ item: { entry, datasetUid }, file }: Left): SupersededItem {
  const { path } = entry;
  if (file?.path !== path) return { path, datasetUid, why: "gone" };
  return { path, datasetUid, why: likenessOf(entry, file) === "same" ? "repeated" : "changed" };
}

const placeOf = ({ entry: { path }, datasetUid }: Item): PostponedItem => ({ path, datasetUid });

/** What becomes of files that no item at their own path is known to hold. */
interface Settled {
  readonly byContent: ReadonlyMap<string, Item>;
  readonly toSend: ManifestEntry[];
  readonly unverified: UnverifiedFile[];
  /** Of these nothing is decided, as others have their files. */
  readonly postponed: PostponedItem[];
}

function settleOpen({ missing, unknown, left, postponed }: Sorted, unclear: UnclearItems): Settled {
  const open = [...missing, ...unknown.map(({ file }) => file)];
  const byContent = pairByContent(open, open.length === 0 ? [] : freeItems(left));
  const settled: Settled = { byContent, toSend: [], unverified: [], postponed: [] };
  for (const { item, file } of unknown)
    if (byContent.has(file.path)) settled.postponed.push(placeOf(item));
    else settled.unverified.push({ path: file.path, datasetUid: item.datasetUid });
  const lacking = missing.filter(({ path }) => !byContent.has(path));
  // A file of the same content may be the one that was left for later, under another name: what is sent can't be taken back.
  const waiting = pairByContent(lacking, postponed);
  for (const file of lacking) {
    const { path, sizeBytes, sha256 } = file;
    const datasetUid = waiting.get(path)?.datasetUid ?? unclear.holding(file);
    if (datasetUid === undefined) settled.toSend.push({ path, sizeBytes, sha256 });
    else settled.unverified.push({ path, datasetUid });
  }
  return settled;
}

/**
 * Holds declared files against the increments. A path that has its earlier content again is held by the older increment. A
 * file that was moved, so that its old path is not declared any more or is another file's, is not sent again; a copy is a
 * new file, also of one that was moved before. Nor does a file stay unverified that has a known item elsewhere. An item whose
 * file was only left for a later run is not taken for another file and never superseded, and another file of its content is
 * not sent.
 * @param leftForLater paths of such files, or of folders of them
 */
export function planGrowth(
  declared: Iterable<ManifestEntry>,
  increments: readonly Increment[],
  leftForLater: readonly string[] = [],
): GrowthPlan {
  const files = [...declared].sort((a, b) => comparePaths(a.path, b.path));
  const isPostponed = createPostponed(leftForLater);
  const moves = increments.flatMap(({ moved: known = [] }) => known);
  const all = itemsOf(increments, createHomes(files, moves, isPostponed));
  const clear = all.filter(({ entry }) => !isUnclear(entry));
  const unclear = createUnclearItems(all.filter(({ entry }) => isUnclear(entry)));
  const sorted = sortFiles(files, clear, isPostponed);
  const { byContent, toSend, unverified, postponed } = settleOpen(sorted, unclear);
  const { current, left } = sorted;
  for (const file of files) {
    const item = byContent.get(file.path);
    if (item !== undefined) current.push(currentAt(item, file));
  }
  postponed.push(...sorted.postponed.map(placeOf), ...unclear.others());
  const isMoved = new Set(byContent.values());
  const superseded = left.filter(({ item }) => !isMoved.has(item)).map(supersededOf);
  for (const list of [current, unverified, postponed, superseded])
    list.sort((a, b) => comparePaths(a.path, b.path));
  const moved = current.flatMap(({ path: to, itemPath: path, datasetUid }) =>
    path === to ? [] : [{ path, to, datasetUid }],
  );
  return { current, toSend, superseded, moved, unverified, postponed };
}
