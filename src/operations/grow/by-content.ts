// Which files get the items that stand for none where they belong, by content. Pure.
import type { ManifestEntry } from "../../files/manifest/manifest";
import { groupBy } from "../../group-by";
import { likenessOf, type Likeness } from "./item-homes";

interface Content {
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** An item that stands for no file where it belongs, and the file that is declared there. */
export interface LeftItem<Item> {
  readonly item: Item;
  readonly file: ManifestEntry | undefined;
}

/** Those that may stand for a file at another path: first those whose path is not declared, of each the oldest first. */
export function freeItems<Item extends { readonly entry: Content; readonly turn: number }>(
  left: readonly LeftItem<Item>[],
): readonly Item[] {
  const byAge = left.toSorted((a, b) => a.item.turn - b.item.turn);
  const byLikeness = groupBy(byAge, ({ item, file }): Likeness | "gone" =>
    file === undefined ? "gone" : likenessOf(item.entry, file),
  );
  // The last ones are there twice: one of them is enough for their own file.
  return (["gone", "other", "same"] as const).flatMap((likeness) =>
    (byLikeness.get(likeness) ?? []).map(({ item }) => item),
  );
}

// The digits that an unpacked manifest keeps.
const CONTENT_DIGITS = 20;

/** `undefined` of what is not known, and of an empty file: any two of those are alike. */
function contentOf({ sizeBytes, sha256 }: Content): string | undefined {
  if (sha256 === undefined || sizeBytes === undefined || sizeBytes === 0) return undefined;
  return `${sizeBytes} ${sha256.slice(0, CONTENT_DIGITS)}`;
}

/** By the paths of the files. Of files and items that are alike in this, the first ones meet. */
export function pairByContent<Item extends { readonly entry: Content }>(
  files: readonly ManifestEntry[],
  items: readonly Item[],
): ReadonlyMap<string, Item> {
  const pairs = new Map<string, Item>();
  if (files.length === 0 || items.length === 0) return pairs;
  const byContent = groupBy(items, ({ entry }) => contentOf(entry));
  byContent.delete(undefined);
  for (const alike of byContent.values()) alike.reverse();
  for (const file of files) {
    const item = byContent.get(contentOf(file))?.pop();
    if (item !== undefined) pairs.set(file.path, item);
  }
  return pairs;
}
