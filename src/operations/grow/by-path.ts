// The declared file of each path, and the items that belong there. Pure.
import type { ManifestEntry } from "../../files/manifest/manifest";

interface AtPath<Item> {
  readonly path: string;
  readonly file: ManifestEntry | undefined;
  readonly items: readonly Item[];
}

function lower(path: string | undefined, other: string | undefined): string | undefined {
  if (path === undefined || other === undefined) return path ?? other;
  return path < other ? path : other;
}

/** Each path in order. Both lists are sorted by it, so that a large set needs no maps of them. */
export function* byPath<Item extends { readonly home: string }>(
  files: readonly ManifestEntry[],
  items: readonly Item[],
): Generator<AtPath<Item>> {
  let [nextFile, nextItem] = [0, 0];
  for (;;) {
    const file = files[nextFile];
    const path = lower(file?.path, items[nextItem]?.home);
    if (path === undefined) return;
    const isDeclared = file?.path === path;
    if (isDeclared) nextFile += 1;
    const start = nextItem;
    while (items[nextItem]?.home === path) nextItem += 1;
    yield { path, file: isDeclared ? file : undefined, items: items.slice(start, nextItem) };
  }
}
