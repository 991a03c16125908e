// Counts what a selection left out because the Action wrote it, so that the log can say so.
// Knows nothing of how that is known.
import { relative, sep } from "node:path";

export interface OwnCount {
  /** Whether the Action wrote what is at a real path. */
  readonly isOwn: ((real: string) => boolean) | undefined;
  /** Files, and folders as one, each once. */
  count(): number;
}

/** What is hidden below `root`, a real path, counts only where hidden files are taken: else it was left out for that. */
export function countOwn(
  isOwn: OwnCount["isOwn"],
  { root, includeHidden }: { readonly root: string; readonly includeHidden: boolean },
): OwnCount {
  const found = new Set<string>();
  const isHidden = (real: string): boolean =>
    relative(root, real)
      .split(sep)
      .some((name) => name.startsWith("."));
  const isOwnCounted = (real: string): boolean => {
    const isLeftOut = isOwn?.(real) === true;
    if (isLeftOut && (includeHidden || !isHidden(real))) found.add(real);
    return isLeftOut;
  };
  return { isOwn: isOwn && isOwnCounted, count: () => found.size };
}
