// Items of a growing set whose files were only left for a later run: written just now, changed while read, or in iCloud only.
// Nothing is known of these files now, so nothing is said of their items. Pure.

export interface PostponedItem {
  readonly path: string;
  readonly datasetUid: string;
}

/** Whether a path, or a folder that it is in, was left for a later run. */
export function createPostponed(leftForLater: readonly string[]): (path: string) => boolean {
  const postponed = new Set(leftForLater);
  return (path) => {
    if (postponed.size === 0) return false;
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      if (postponed.has(at)) return true;
    }
    return false;
  };
}
