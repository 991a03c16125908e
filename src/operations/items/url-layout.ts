// How the URLs of items are made of the files' paths. A server may put folders of its own before all of them, so that a folder in
// a URL shows where a file was only if URLs of other items confirm it. Pure.
import { tailsOf } from "./item-keys";
import { isLike, type Place } from "./url-paths";

type Paths = Pick<ReadonlyMap<string, unknown>, "has">;

/** Of an item the place that its URL shows, where that has the item's key. */
export interface Placed {
  readonly key: string;
  readonly place: Place;
}

export interface Layout {
  /** Whether a path with a folder is confirmed: declared, or all of a key, which is no chance. */
  readonly isConfirmed: boolean;
  /** Whether a declared path stands below folders that all URLs have, so that these may be the server's. */
  readonly hasServersFolders: boolean;
  /** Folders that keys lack and confirmed paths have. */
  readonly lacking: ReadonlySet<string>;
}

/** The first folders of a path, whatever numbers are in them: a server may count, or write dates. */
function shapeOf(path: string, depth: number): string {
  return path.split("/", depth).join("/").replace(/\d+/g, "0");
}

/** How many folders all paths begin with. */
function sharedDepth(paths: readonly string[]): number {
  const [first = ""] = paths;
  const folders = tailsOf(first).length;
  for (let depth = 1; depth <= folders; depth += 1) {
    const shape = shapeOf(first, depth);
    const hasThese = (path: string): boolean =>
      tailsOf(path).length >= depth && shapeOf(path, depth) === shape;
    if (!paths.every(hasThese)) return depth - 1;
  }
  return folders;
}

/** What a path has before its key. */
export function folderLackedBy({ key, place: { path } }: Placed): string {
  return path.slice(0, Math.max(0, path.length - key.length));
}

/** Of items whose places are in one folder of the dataset. */
export function layoutOf(placed: readonly Placed[], files: Paths): Layout {
  const depth = sharedDepth(placed.map(({ place }) => place.path));
  const isBelowShared = ({ key, place: { path } }: Placed): boolean =>
    tailsOf(path)
      .slice(0, depth)
      .some((tail) => files.has(tail) && isLike(key, tail));
  const hasServersFolders = placed.some((one) => !files.has(one.place.path) && isBelowShared(one));
  const confirmed = placed.filter((one) => {
    const { key, place } = one;
    if (!place.path.includes("/")) return false;
    if (files.has(place.path)) return !hasServersFolders || !isBelowShared(one);
    return !hasServersFolders && (key === place.path || key.endsWith(`/${place.path}`));
  });
  const lacking = new Set(confirmed.map(folderLackedBy));
  return { isConfirmed: confirmed.length > 0, hasServersFolders, lacking };
}
