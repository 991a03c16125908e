// A file of a file set, and what can be said about it without refusing it.
import { aSize, aText, longListOf, maybe, partOf } from "../shapes";

export interface LocalFile {
  /** In the dataset: POSIX, with the prefix, letters as on the disk. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  /** Where the look at the file took it, or it is known from before and the file is as it was then. */
  readonly sha256?: string | undefined;
}

export const aFileList = longListOf(
  "files",
  partOf<LocalFile>({ path: aText, absolutePath: aText, sizeBytes: aSize, sha256: maybe(aText) }),
  ({ path, absolutePath, sizeBytes, sha256 }) =>
    typeof path === "string" &&
    typeof absolutePath === "string" &&
    typeof sizeBytes === "number" &&
    (sha256 === undefined || typeof sha256 === "string"),
);

/** The files of which no digest is known, each with its place in the list. */
export function* withoutDigest<File extends Pick<LocalFile, "sha256">>(
  files: readonly File[],
): Generator<readonly [place: number, file: File]> {
  for (const placed of files.entries()) if (placed[1].sha256 === undefined) yield placed;
}

/** A warning, about one file when it has a path. */
export interface Notice {
  readonly path?: string;
  readonly text: string;
}

export interface PatternCount {
  /** The include line as it was given. */
  readonly pattern: string;
  /** Files that it matches, counted also when another line matches them. */
  readonly matched: number;
  /** Why it matches nothing, where that is likely: a clause without its full stop. */
  readonly why?: string;
}

/** The end of what is said of a line that matches nothing. */
export function because({ why }: Pick<PatternCount, "why">): string {
  return why === undefined ? "" : `: ${why}`;
}
