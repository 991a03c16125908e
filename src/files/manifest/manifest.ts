// A file set's list: path, size, sha256; its canonical form and the digest over it.
import { createHash } from "node:crypto";
import { InputError, type InputProblem } from "../../errors";

export interface ManifestEntry {
  /** In the dataset: POSIX, with the set's prefix. */
  readonly path: string;
  readonly sizeBytes: number;
  /** 64 hex digits in lower case; a prefix of them (20) when the manifest was unpacked. */
  readonly sha256: string;
}

export interface Manifest {
  /** Sorted by path, in UTF-16 code unit order (what JavaScript's `<` compares). */
  readonly entries: readonly ManifestEntry[];
  /** 64 hex digits: sha256 over the canonical form. */
  readonly digest: string;
  readonly totalBytes: number;
}

/** Names the canonical form, and is hashed with it, so that another form can never give the same digest. */
const CANONICAL_HEADER = "avala-manifest 1 sha256\n";

// A call for each line takes longer than the hashing.
const HASHED_AT_ONCE = 65_536;

/** Paths in UTF-16 code unit order: no locale, so the same on every system. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A manifest of these files, sorted. Its digest is the sha256 of its canonical form in UTF-8:
 *
 *     avala-manifest 1 sha256
 *     <sha256, 64 lower case hex digits> <size in bytes, decimal> <path>
 *
 * one line a file in path order, each ended by `\n`. The form is injective: the first two fields have no space and a path
 * has no line break, so two different sets never have one form. Times, modes and absolute paths are not in it: the same
 * content at the same paths has the same digest on every system.
 *
 * @throws InputError for a path that is empty, has a line break or occurs twice, a size that is no whole number of bytes,
 * or a sha256 that is not 64 lower case hex digits
 */
export function createManifest(entries: Iterable<ManifestEntry>): Manifest {
  return manifestOf(
    Array.from(entries, ({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 })),
  );
}

/** {@link createManifest} of entries that have nothing else: they are not copied, and the list becomes the manifest's. */
export function manifestOf(sorted: ManifestEntry[]): Manifest {
  if (!isSorted(sorted)) sorted.sort((a, b) => comparePaths(a.path, b.path));
  const problems: InputProblem[] = [];
  let previous: string | undefined;
  let totalBytes = 0;
  for (const entry of sorted) {
    const text = problemOf(entry, previous);
    if (text !== undefined) problems.push({ input: JSON.stringify(entry.path), text });
    totalBytes += entry.sizeBytes;
    previous = entry.path;
  }
  if (problems.length > 0) throw new InputError(problems);
  return { entries: sorted, digest: digestOf(sorted), totalBytes };
}

/** The digest of a manifest that has these entries of another one, in its order. */
export function digestOf(entries: readonly ManifestEntry[]): string {
  const hash = createHash("sha256");
  let lines = CANONICAL_HEADER;
  for (const { path, sizeBytes, sha256 } of entries) {
    lines += `${sha256} ${sizeBytes} ${path}\n`;
    if (lines.length > HASHED_AT_ONCE) {
      hash.update(lines);
      lines = "";
    }
  }
  return hash.update(lines).digest("hex");
}

/** As the files of a set are. */
function isSorted(entries: readonly ManifestEntry[]): boolean {
  let before = "";
  return entries.every(({ path }) => {
    const isNext = before <= path;
    before = path;
    return isNext;
  });
}

// Each looks for the first character that is wrong: to match all that are right takes up to twice as long.
const notPlain = /[^ -~]/;
const notHex = /[^0-9a-f]/;
const digestLength = 64;

function problemOf(entry: ManifestEntry, previous: string | undefined): string | undefined {
  if (entry.path === "") return "An empty path can't be in a manifest.";
  // Nearly all are plain, which spares them the look at each character's class.
  if (notPlain.test(entry.path) && /[\r\n\p{Cs}]/u.test(entry.path))
    return "A path with a line break or half a character can't be in a manifest.";
  if (entry.path === previous) return "Two files have this path.";
  if (!Number.isSafeInteger(entry.sizeBytes) || entry.sizeBytes < 0) {
    return `${entry.sizeBytes} is not a number of bytes.`;
  }
  if (entry.sha256.length !== digestLength || notHex.test(entry.sha256))
    return "Its sha256 is not 64 lower case hex digits.";
  return undefined;
}

/** The manifest as `sha256sum -c` reads it, run in the folder that the paths are relative to. */
export function checksumsText(manifest: Manifest): string {
  return manifest.entries.map(checksumLine).join("");
}

/** One line of it. */
export function checksumLine({ path, sha256 }: ManifestEntry): string {
  // It takes `-` for its standard input.
  return `${sha256}  ${path === "-" ? "./-" : path}\n`;
}
