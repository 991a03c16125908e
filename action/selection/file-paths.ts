// The paths of a set's files as those who read the step's files have them: with `/`. Reads nothing.
import { relative, sep } from "node:path";
import type { FileSet } from "../../src/files/file-set";

/** The path of a file under the root of its set, with `/`. */
export function sourceOf({ prefix }: Pick<FileSet, "prefix">, { path }: { path: string }): string {
  return path.slice(prefix.length);
}

/** The path of a selected file as it is on disk, relative to `from`, with `/`. */
export function pathFrom(from: string, absolutePath: string): string {
  return relative(from, absolutePath).split(sep).join("/");
}
