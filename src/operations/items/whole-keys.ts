// Keys that lack folders of the paths of their files, or have more, do not show whether a file was moved to another folder. The
// URLs of the items may: files are sent to `<root>/<name of the dataset>/<path>` (docs/api.md, "Uploading files"). They count only
// where the dataset's own URLs confirm that: a server may put folders of its own there, or spell them in its own way. One
// decision for datasets under a fixed name and for growing sets. Pure.
import type { DatasetItem } from "../../api/endpoints/datasets/items";
import { groupBy } from "../../group-by";
import { alteredPaths } from "./altered-keys";
import { createDeclaredFolders, type DeclaredFolders } from "./declared-folders";
import { matchKeys } from "./item-keys";
import { isServerName } from "./unmatched-keys";
import { folderLackedBy, layoutOf, type Layout, type Placed } from "./url-layout";
import { isLike, placeOf } from "./url-paths";

type Item = Pick<DatasetItem, "key" | "url">;
type Files = Pick<ReadonlyMap<string, unknown>, "has" | "keys">;
type MaybePlaced = Placed | undefined;

function placedBy({ key, url }: Item, datasetName: string): MaybePlaced {
  const place = key === undefined ? undefined : placeOf({ url }, datasetName);
  return key !== undefined && place !== undefined && isLike(key, place.path)
    ? { key, place }
    : undefined;
}

/** By the folder of the dataset in which the places are. */
function layoutsOf(placed: readonly MaybePlaced[], files: Files): ReadonlyMap<string, Layout> {
  const all = placed.filter((one) => one !== undefined);
  const groups = groupBy(all, ({ place }) => place.folder);
  return new Map(Array.from(groups, ([folder, group]) => [folder, layoutOf(group, files)]));
}

/** Whether a folder may be the server's own, or in another spelling: a store may write a space as a plus, or encode twice. */
function isDoubtful(folder: string): boolean {
  return /[+%]/.test(folder) || folder.split("/").some(isServerName);
}

interface Terms {
  readonly files: Files;
  /** Made only where a path is not declared: of many files it takes a while. */
  readonly folders: () => DeclaredFolders;
  /** Whether one of the URLs has another spelling of a declared folder: then any folder that is not declared may be such. */
  readonly areRespelt: () => boolean;
}

/** Of a path that is not declared, whether its file was at that very path. */
function isMoved(one: Placed, layout: Layout, { folders, areRespelt }: Terms): boolean {
  const { path, isOwned } = one.place;
  if (isDoubtful(folderLackedBy(one)) || folders().isRespelt(path)) return false;
  const isKnown = folders().hasFolderOf(path);
  if (layout.isConfirmed) return isKnown || !areRespelt();
  return isOwned && isKnown && !layout.hasServersFolders;
}

function pathShownBy(one: Placed, layout: Layout, terms: Terms): string | undefined {
  const { key, place } = one;
  if (terms.files.has(place.path)) return layout.isConfirmed ? place.path : undefined;
  // It has its folders itself, unless keys are known to lack just these.
  const hasFolders = key.includes("/") && terms.files.has(key);
  if (hasFolders && !layout.lacking.has(folderLackedBy(one))) return undefined;
  return isMoved(one, layout, terms) ? place.path : undefined;
}

function createShown(
  placed: readonly MaybePlaced[],
  files: Files,
): (one: MaybePlaced) => string | undefined {
  const layouts = layoutsOf(placed, files);
  const unowned = placed.flatMap((one) => (one === undefined || one.place.isOwned ? [] : one));
  // A folder that does not follow an owner's may have the dataset's name by chance, as `images`.
  const isOne = new Set(unowned.map(({ place }) => place.folder)).size <= 1;
  let [folders, areRespelt]: [DeclaredFolders?, boolean?] = [];
  const terms: Terms = {
    files,
    folders: () => (folders ??= createDeclaredFolders(files)),
    areRespelt: () =>
      (areRespelt ??= placed.some(
        (one) => one && !files.has(one.place.path) && terms.folders().isRespelt(one.place.path),
      )),
  };
  return (one) => {
    if (one === undefined || !(one.place.isOwned || isOne)) return undefined;
    const layout = layouts.get(one.place.folder);
    return layout && pathShownBy(one, layout, terms);
  };
}

/**
 * What the other keys stand for among the paths that no URL shows, by name. One that is like none of them stays what it is; where
 * one may be several, or another spelling, it is `undefined`.
 */
function namesOf(
  others: readonly (string | undefined)[],
  left: readonly string[],
): readonly string[] | undefined {
  const matches = matchKeys(left, others);
  const named = matches.map((match, index) =>
    match.kind === "path" ? match.path : match.kind === "none" ? others[index] : undefined,
  );
  const unlike = others.flatMap((key, index) => (matches[index]?.kind === "none" && key) || []);
  const taken = new Set(named);
  const free = unlike.length === 0 ? [] : left.filter((path) => !taken.has(path));
  if (alteredPaths(unlike, free, { keepsFolders: false }).size > 0) return undefined;
  const known = named.filter((key) => key !== undefined);
  return known.length === others.length ? known : undefined;
}

/**
 * The items with their files' whole paths as keys, declared or not, where URLs show them, and with what their keys stand for
 * where they do not; `undefined` where no URL shows one, or a key may be any of several paths: then all keys stay what they are.
 */
export function withWholeKeys<One extends Item>(
  items: readonly One[],
  files: Files,
  datasetName: string,
): readonly One[] | undefined {
  const placed = items.map((item) => placedBy(item, datasetName));
  const shown = placed.map(createShown(placed, files));
  const taken = new Set(shown);
  if (!shown.some((path) => path !== undefined)) return undefined;
  const others = items.flatMap(({ key }, index) => (shown[index] === undefined ? [key] : []));
  // A name that is also a whole path would be another item's.
  if (others.some((key) => taken.has(key))) return undefined;
  const left = others.length === 0 ? [] : [...files.keys()].filter((path) => !taken.has(path));
  const rest = namesOf(others, left)?.values();
  if (rest === undefined) return undefined;
  return items.map((item, index) => {
    const key = shown[index] ?? rest.next().value;
    return key === item.key ? item : { ...item, key };
  });
}
