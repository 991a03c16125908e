// The paths of items by where their files are stored, for items whose keys say nothing of it. Files are sent to
// `<root>/<name of the dataset>/<path>` (docs/api.md, "Uploading files"). Pure.
import type { DatasetItem } from "../../api/endpoints/datasets/items";
import { areServerNames } from "./unmatched-keys";

type Item = Pick<DatasetItem, "key" | "url">;

export interface Place {
  /** The dataset's. */
  readonly folder: string;
  /** Whether that follows the folder of its owner. */
  readonly isOwned: boolean;
  /** Below it. */
  readonly path: string;
}

/** Of an owner, as in the prefixes of storage. */
const ROOT = /^.*?\/__[ou]__=\/[^/]+(?=\/)/s;

/** Where the URL shows only one place in which the dataset's folder may end; else `undefined`. */
export function placeOf({ url }: Pick<Item, "url">, datasetName: string): Place | undefined {
  // A signature is long, and a list has many.
  const [bare = ""] = url?.split("?", 1) ?? [];
  if (!URL.canParse(bare)) return undefined;
  const { protocol, host, pathname } = new URL(bare);
  let whole: string;
  try {
    whole = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const named = `/${datasetName}/`;
  const root = ROOT.exec(whole)?.[0];
  const start = root?.length ?? whole.indexOf(named);
  // A folder of the files may have the name of the dataset.
  const isOnly = root !== undefined || start === whole.lastIndexOf(named);
  if (!isOnly || !whole.startsWith(named, start)) return undefined;
  const end = start + named.length;
  const folder = `${protocol}//${host}${whole.slice(0, end)}`;
  return { folder, isOwned: root !== undefined, path: whole.slice(end) };
}

/** Whether one of them is the other, or its end from a slash on. */
export function isLike(key: string, path: string): boolean {
  return key === path || path.endsWith(`/${key}`) || key.endsWith(`/${path}`);
}

/**
 * The path of each item, in its place, where the URLs of all of them are those of all the files, each once, under one folder
 * with the dataset's name, and no key is the name of another file; else `undefined`.
 */
export function pathsByUrl(
  files: Pick<ReadonlyMap<string, unknown>, "has" | "keys" | "size">,
  items: readonly Item[],
  datasetName: string,
): readonly string[] | undefined {
  if (items.length !== files.size) return undefined;
  const paths: string[] = [];
  const others: string[] = [];
  let common: string | undefined;
  for (const item of items) {
    const place = placeOf(item, datasetName);
    if (place === undefined || !files.has(place.path)) return undefined;
    common ??= place.folder;
    if (place.folder !== common) return undefined;
    paths.push(place.path);
    if (item.key !== undefined && !isLike(item.key, place.path)) others.push(item.key);
  }
  if (new Set(paths).size !== files.size) return undefined;
  return others.length === 0 || areServerNames(others, files.keys()) ? paths : undefined;
}
