// Which files get the items that stand for none at their own paths, by content. One that has an item keeps it: a copy that
// comes later, and may come first by its path, is the new file. Pure.
import type { ManifestEntry } from "../../files/manifest/manifest";
import { groupBy } from "../../group-by";

interface Content {
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
}

interface FreeItem {
  readonly entry: Content;
  /** The path of the file that had it in an earlier run, if that is not its own. */
  readonly movedTo: string | undefined;
}

// The digits that an unpacked manifest keeps.
const CONTENT_DIGITS = 20;

/** `undefined` of what is not known, and of an empty file: any two of those are alike. */
function contentOf({ sizeBytes, sha256 }: Content): string | undefined {
  if (sha256 === undefined || sizeBytes === undefined || sizeBytes === 0) return undefined;
  return `${sizeBytes} ${sha256.slice(0, CONTENT_DIGITS)}`;
}

/** By the paths of the files. Of files and items that are alike in all this, the first ones meet. */
export function pairByContent<Item extends FreeItem>(
  files: readonly ManifestEntry[],
  items: readonly Item[],
): ReadonlyMap<string, Item> {
  const pairs = new Map<string, Item>();
  if (files.length === 0) return pairs;
  const byContent = groupBy(items, ({ entry }) => contentOf(entry));
  byContent.delete(undefined);
  const had = new Map<string, Item>();
  for (const [content, alike] of byContent)
    for (const item of alike.filter(({ movedTo }) => movedTo !== undefined).reverse())
      had.set(`${content} ${item.movedTo}`, item);
  const taken = new Set<Item>();
  const pair = ({ path }: ManifestEntry, item: Item | undefined): void => {
    if (item === undefined) return;
    pairs.set(path, item);
    taken.add(item);
  };
  for (const file of files) pair(file, had.get(`${contentOf(file)} ${file.path}`));
  for (const alike of byContent.values()) alike.reverse();
  for (const file of files) {
    if (pairs.has(file.path)) continue;
    const alike = byContent.get(contentOf(file)) ?? [];
    let item = alike.pop();
    while (item !== undefined && taken.has(item)) item = alike.pop();
    pair(file, item);
  }
  return pairs;
}
