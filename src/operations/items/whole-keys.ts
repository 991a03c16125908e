// Keys that lack folders of the paths of their files, or have more, do not show whether a file was moved to another folder. The
// URLs of the items may: files are sent to `<root>/<name of the dataset>/<path>` (docs/api.md, "Uploading files"). One decision
// for datasets under a fixed name and for growing sets. Pure.
import type { DatasetItem } from "../../api/endpoints/datasets/items";
import { matchKeys } from "./item-keys";
import { isServerName } from "./unmatched-keys";
import { isLike, placeOf, type Place } from "./url-paths";

type Item = Pick<DatasetItem, "key" | "url">;
type Files = Pick<ReadonlyMap<string, unknown>, "has" | "keys">;

/** Of an item the place that its URL shows, where that has the item's key. */
interface Placed {
  readonly key: string;
  readonly place: Place;
}

function placedBy({ key, url }: Item, datasetName: string): Placed | undefined {
  const place = key === undefined ? undefined : placeOf({ url }, datasetName);
  return key !== undefined && place !== undefined && isLike(key, place.path)
    ? { key, place }
    : undefined;
}

/** Whether a declared path or a key has the whole of it, with a folder: that is no chance. */
function isConfirmed({ key, place: { path } }: Placed, files: Files): boolean {
  return path.includes("/") && (files.has(path) || key === path || key.endsWith(`/${path}`));
}

/**
 * Whether a place is the dataset's. A folder that does not follow an owner's may have the dataset's name by chance, as `images`:
 * then all such places have to be in one, and one of them has to be confirmed.
 */
function isSureOf(placed: readonly (Placed | undefined)[], files: Files): (one: Placed) => boolean {
  const unowned = placed.flatMap((one) => (one === undefined || one.place.isOwned ? [] : one));
  const isOne = new Set(unowned.map(({ place }) => place.folder)).size === 1;
  const areSure = isOne && unowned.some((one) => isConfirmed(one, files));
  return ({ place }) => place.isOwned || areSure;
}

/** Whether a folder may be the server's own, or in another spelling: a store may write a space as a plus, or encode twice. */
function isDoubtful(folder: string): boolean {
  return /[+%]/.test(folder) || folder.split("/").some(isServerName);
}

function pathShownBy({ key, place: { path } }: Placed, files: Files): string | undefined {
  if (files.has(path)) return path;
  // It has its folders itself.
  if (key.includes("/") && files.has(key)) return key;
  const folder = path.slice(0, Math.max(0, path.length - key.length));
  return isDoubtful(folder) ? undefined : path;
}

/**
 * The items with their files' whole paths as keys, declared or not, where URLs show them. An item whose URL shows none is what
 * its key stands for among the other paths; where that is not one path, all keys stay what they are: `undefined`.
 */
export function withWholeKeys<One extends Item>(
  items: readonly One[],
  files: Files,
  datasetName: string,
): readonly One[] | undefined {
  const placed = items.map((item) => placedBy(item, datasetName));
  const isSure = isSureOf(placed, files);
  const shown = placed.map((one) => (one && isSure(one) ? pathShownBy(one, files) : undefined));
  const taken = new Set(shown);
  if (!shown.some((path) => path !== undefined)) return undefined;
  const others = items.flatMap(({ key }, index) => (shown[index] === undefined ? [key] : []));
  const left = others.length === 0 ? [] : [...files.keys()].filter((path) => !taken.has(path));
  const named = matchKeys(left, others).flatMap((match) =>
    match.kind === "path" ? match.path : [],
  );
  if (named.length < others.length) return undefined;
  const rest = named.values();
  return items.map((item, index) => {
    const key = shown[index] ?? rest.next().value;
    return key === item.key ? item : { ...item, key };
  });
}
