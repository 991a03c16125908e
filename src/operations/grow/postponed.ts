// Items of a growing set whose files were only left for a later run: written just now, changed while read, or in iCloud only.
// Nothing is known of these files now, so nothing is said of their items. Pure.
import { comparePaths } from "../../files/manifest/manifest";

export interface PostponedItem {
  readonly path: string;
  readonly datasetUid: string;
}

/** Whether a path, or a folder that it is in, was left for a later run. */
function isPostponed(path: string, postponed: ReadonlySet<string>): boolean {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    if (postponed.has(at)) return true;
  }
  return false;
}

/** Takes out of `byPath` what is not to be judged; a path that is declared is. */
export function takePostponed(
  byPath: Map<string, readonly Pick<PostponedItem, "datasetUid">[]>,
  declared: Pick<ReadonlySet<string>, "has">,
  leftForLater: readonly string[],
): readonly PostponedItem[] {
  const taken: PostponedItem[] = [];
  if (leftForLater.length === 0) return taken;
  const postponed = new Set(leftForLater);
  for (const path of [...byPath.keys()].sort(comparePaths)) {
    if (declared.has(path) || !isPostponed(path, postponed)) continue;
    for (const { datasetUid } of byPath.get(path) ?? []) taken.push({ path, datasetUid });
    byPath.delete(path);
  }
  return taken;
}
