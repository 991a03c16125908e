// Lists as tj-actions/changed-files writes them: on one line with blanks between, and escaped for a shell. Read as they were
// meant only where that leads to files, since names may hold blanks and backslashes. Pure: `isThere` says what is on disk.
import type { PathList } from "../../src/files/path-list";

/** The paths that a list stands for. `isThere` takes a path as it stands in the list. */
export function meantPaths(
  { form, paths }: PathList,
  isThere: (path: string) => boolean,
): readonly string[] {
  if (form === "nul") return paths;
  const meant = (path: string): string => {
    const plain = unescaped(path);
    return plain !== path && !isThere(path) && isThere(plain) ? plain : path;
  };
  const [only] = paths;
  if (form === "lines" && paths.length === 1 && only !== undefined && !isThere(meant(only))) {
    const parts = only.split(/ +/).map(meant);
    // A part that leads to nothing may be half of a name.
    if (parts.length > 1 && parts.every(isThere)) return parts;
  }
  return paths.map(meant);
}

// What its `safe_output` puts a backslash before; of these a line break is the list's own, and read with it.
const ESCAPED = /\\([^\x20-\x7e]|[:*?<>|;`$()&!])/g;

function unescaped(path: string): string {
  return path.replace(ESCAPED, (_all, character: string) => character);
}
