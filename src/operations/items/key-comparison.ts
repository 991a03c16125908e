// What the keys of a dataset's items say of the files that it should be made of. Pure; knows no counts.
import type { DatasetItem } from "../../api/endpoints/datasets/items";
import type { StoredObject } from "../../api/storage/stored-object";
import { alteredPaths } from "./altered-keys";
import { matchKeys, matchWholeKeys, type KeyMatch } from "./item-keys";
import { describeUnmatched, type Unmatched } from "./unmatched-keys";

export interface ItemFacts extends Pick<DatasetItem, "uid" | "key" | "sizeBytes" | "url"> {
  /** What its store said while others were listed. Then the URL has no signature any more. */
  readonly stored?: StoredObject | undefined;
}

export interface KeyComparison {
  /** Files that no item stands for. */
  readonly missing: readonly string[];
  /** Items that stand for no file. */
  readonly extra: readonly string[];
  /** Files of another size than their items, where the server returns sizes. */
  readonly wrongSize: readonly string[];
  /** Files whose only item has their path in another spelling, each as a text that names both. */
  readonly altered: readonly string[];
  /** Keys of items that are listed though another item has that very key. */
  readonly repeated: readonly string[];
  /** How many of the files the keys can't show. */
  readonly unclear: number;
  /** The paths of the files that are altered, and of those that are unclear. */
  readonly open: { readonly altered: readonly string[]; readonly unclear: readonly string[] };
  /** What there is instead, where no key is like the path of a file. */
  readonly unmatched?: Unmatched | undefined;
}

interface KeyTerms {
  /** Items are frames then, and the server names them as it likes. */
  readonly isSequence: boolean;
  /** Whether a key is the name of a file of the dataset's type. */
  readonly isFileName: (key: string) => boolean;
  /** Whether keys are known to be whole paths, of these files or of others. @default false */
  readonly areWhole?: boolean | undefined;
}

interface Pair {
  readonly item: ItemFacts;
  readonly match: KeyMatch;
}

type Files = ReadonlyMap<string, number>;

function labelOf({ key, uid }: ItemFacts): string {
  return key ?? `the item ${uid}`;
}

function isSizeWrong(files: Files, { item, match }: Pair): boolean {
  if (match.kind !== "path" || item.sizeBytes === undefined) return false;
  return item.sizeBytes !== files.get(match.path);
}

/** What no item stands for, as far as the items that can't be identified leave that open. */
function sortLeft(
  left: readonly string[],
  doubtful: readonly KeyMatch[],
): Record<"missing" | "unclear", readonly string[]> {
  if (doubtful.length === 0) return { missing: left, unclear: [] };
  const named = doubtful.flatMap((match) => (match.kind === "unclear" ? match.candidates : []));
  // A key that is missing, or that the server made, may be any file's.
  const isAny = doubtful.some((match) => match.kind !== "unclear" || match.candidates.length === 0);
  if (isAny) return { missing: [], unclear: left };
  const possible = new Set(named);
  return {
    missing: left.filter((path) => !possible.has(path)),
    unclear: left.filter((path) => possible.has(path)),
  };
}

function pairUp(files: Files, items: readonly ItemFacts[], areWhole: boolean): readonly Pair[] {
  const keys = items.map(({ key }) => key);
  const matches = areWhole ? matchWholeKeys(files, keys) : matchKeys(files.keys(), keys);
  return items.flatMap((item, index) => {
    const match = matches[index];
    return match === undefined ? [] : [{ item, match }];
  });
}

/** The keys like none of the paths that are another spelling of one that no item stands for. */
function alteredAmong(
  pairs: readonly Pair[],
  left: readonly string[],
  areWhole: boolean,
): ReadonlyMap<string, string> {
  const keys = pairs.flatMap(({ item: { key }, match }) =>
    match.kind === "none" && key !== undefined ? [key] : [],
  );
  const keepsFolders =
    areWhole ||
    pairs.some(
      ({ item, match }) =>
        match.kind === "path" && match.path === item.key && match.path.includes("/"),
    );
  return left.length === 0 ? new Map() : alteredPaths(keys, left, { keepsFolders });
}

/** Whether there is one item for each file, of its path and of its size. */
function areJustFiles(files: Files, items: readonly ItemFacts[]): boolean {
  return (
    items.length === files.size &&
    items.every(({ key, sizeBytes }) => {
      const size = key === undefined ? undefined : files.get(key);
      return size !== undefined && (sizeBytes === undefined || sizeBytes === size);
    }) &&
    new Set(items.map(({ key }) => key)).size === items.length
  );
}

const ALL_SHOWN: KeyComparison = {
  ...{ missing: [], extra: [], wrongSize: [], altered: [], repeated: [], unclear: 0 },
  open: { altered: [], unclear: [] },
};

export function compareKeys(
  files: Files,
  items: readonly ItemFacts[],
  { isSequence, isFileName, areWhole = false }: KeyTerms,
): KeyComparison {
  // Most often, and of many files all that follows would be lists of all of them.
  if (areJustFiles(files, items)) return ALL_SHOWN;
  const all = pairUp(files, items, areWhole);
  const paired = all.filter(({ match }) => match.kind === "path");
  const found = new Set(paired.flatMap(({ match }) => (match.kind === "path" ? match.path : [])));
  const unmatched = [...files.keys()].filter((path) => !found.has(path));
  const altered = alteredAmong(all, unmatched, areWhole);
  const alike = new Set(altered.values());
  const left = unmatched.filter((path) => !alike.has(path));
  const known = new Set(paired.map(({ item }) => item.key));
  const isRepeated = ({ item, match }: Pair): boolean =>
    match.kind === "none" && item.key !== undefined && known.has(item.key);
  const isAltered = ({ item: { key = "" }, match }: Pair): boolean =>
    match.kind === "none" && altered.has(key);
  const pairs = all.filter((pair) => !isRepeated(pair) && !isAltered(pair));
  const isLikeNone =
    found.size + alike.size === 0 &&
    all.every(({ match }) => match.kind !== "unclear" || match.candidates.length === 0);
  const isForeign = ({ item: { key }, match }: Pair): boolean => {
    if (isSequence && (key === undefined || !isFileName(key))) return false;
    if (left.length === 0) return match.kind !== "path";
    // Where no key is like a path, keys may be the server's own names.
    return match.kind === "none" && !isLikeNone;
  };
  const doubtful = pairs.filter((pair) => pair.match.kind !== "path" && !isForeign(pair));
  const isUnmatched = isLikeNone && left.length > 0 && items.length > 0;
  const { missing, unclear } = sortLeft(
    left,
    doubtful.map(({ match }) => match),
  );
  return {
    ...{ missing, unclear: unclear.length, open: { altered: [...alike], unclear } },
    extra: [...new Set(pairs.filter(isForeign).map(({ item }) => labelOf(item)))],
    wrongSize: paired.flatMap((pair) =>
      pair.match.kind === "path" && isSizeWrong(files, pair) ? [pair.match.path] : [],
    ),
    altered: Array.from(altered, ([key, path]) => `${key} for ${path}`),
    repeated: [...new Set(all.filter(isRepeated).map(({ item }) => labelOf(item)))],
    ...(isUnmatched && {
      unmatched: { ...describeUnmatched(files, items, isFileName), areOfUrls: areWhole },
    }),
  };
}
