// What of a disk the reasons for a line without matches need. Types only.

/** What of the disk the reasons need. Paths are POSIX and relative to the root. */
export interface DiskView {
  /** Absolute. */
  readonly root: string;
  readonly separator: "/" | "\\";
  /** Files that a line would match if it was the only one; none for a line that can't be read. */
  readonly matches: (line: string, anyCase?: boolean) => readonly string[];
  /** Names of what is in a folder; `undefined` where there is no such folder. */
  namesIn(folder: string): readonly string[] | undefined;
  /** Whether it is a link that is left out as all are. */
  isSkippedLink(path: string): boolean;
}

/** A clause without its full stop, with what to do; `undefined` where the line has no such slip. */
export type Slip = (line: string, disk: DiskView) => string | undefined;
