// A file set's list: path, size, sha256; its canonical form and the digest over it.
import { createHash } from "node:crypto";
import { InputError, type InputProblem } from "../../errors";
import { asList, aSize, aText, longListOf, partOf, refuse } from "../../shapes";

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

const anEntry = partOf<ManifestEntry>({ path: aText, sizeBytes: aSize, sha256: aText });

/** At a glance. */
export function seemsEntry({ path, sizeBytes, sha256 }: ManifestEntry): boolean {
  return typeof path === "string" && typeof sizeBytes === "number" && typeof sha256 === "string";
}

export const anEntryList = longListOf("files", anEntry, seemsEntry);

export const aManifest = partOf<Manifest>({
  entries: anEntryList,
  digest: aText,
  totalBytes: aSize,
});

/** Names the canonical form, and is hashed with it, so that another form can never give the same digest. */
const CANONICAL_HEADER = "avala-manifest 1 sha256\n";

// A call for each takes longer than the hashing, and a look at each longer than all that is done with it.
const linesAtOnce = 1000;

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
 * @throws InputError for a path that is empty, has a line break or occurs twice, a size that is not a whole number of bytes,
 * or a sha256 that is not 64 lower case hex digits
 */
export function createManifest(entries: Iterable<ManifestEntry>): Manifest {
  const list = asList(entries);
  refuse(anEntryList("entries", list));
  return manifestOf(list.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 })));
}

/** {@link createManifest} of entries that have nothing else: they are not copied, and the list becomes the manifest's. */
export function manifestOf(sorted: ManifestEntry[]): Manifest {
  const wasAscending = isAscending(sorted);
  if (!wasAscending) sorted.sort((a, b) => comparePaths(a.path, b.path));
  const problems = problemsIn(sorted, wasAscending);
  if (problems.length > 0) throw new InputError(problems);
  const totalBytes = sorted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { entries: sorted, digest: digestOf(sorted), totalBytes };
}

/** The digest of a manifest that has these entries of another one, in its order. */
export function digestOf(entries: readonly ManifestEntry[]): string {
  const hash = createHash("sha256").update(CANONICAL_HEADER);
  for (let start = 0; start < entries.length; start += linesAtOnce)
    hash.update(linesOf(entries.slice(start, start + linesAtOnce)));
  return hash.digest("hex");
}

/** The digest of {@link createManifest}, for which no entry is kept. `undefined` where they are not sorted, or not right. */
export function digestOfSorted(entries: Iterable<ManifestEntry>): string | undefined {
  const hash = createHash("sha256").update(CANONICAL_HEADER);
  let before: string | undefined;
  for (const some of chunksOf(entries)) {
    if (!isAscending(some, before) || !areSound(some)) return undefined;
    hash.update(linesOf(some));
    before = some.at(-1)?.path;
  }
  return hash.digest("hex");
}

function* chunksOf(entries: Iterable<ManifestEntry>): Generator<readonly ManifestEntry[]> {
  let some: ManifestEntry[] = [];
  for (const entry of entries) {
    some.push(entry);
    if (some.length < linesAtOnce) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

function linesOf(entries: readonly ManifestEntry[]): string {
  return entries.map(canonicalLine).join("");
}

function canonicalLine({ path, sizeBytes, sha256 }: ManifestEntry): string {
  return `${sha256} ${sizeBytes} ${path}\n`;
}

/** Whether they are sorted and no path is there twice, as the files of a set are. */
export function isAscending(entries: readonly Pick<ManifestEntry, "path">[], before = ""): boolean {
  let previous = before;
  return entries.every(({ path }) => {
    const isNext = previous < path;
    previous = path;
    return isNext;
  });
}

function problemsIn(
  sorted: readonly ManifestEntry[],
  wasAscending: boolean,
): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  for (let start = 0; start < sorted.length; start += linesAtOnce) {
    const some = sorted.slice(start, start + linesAtOnce);
    const before = sorted[start - 1]?.path;
    if ((wasAscending || isAscending(some, before)) && areSound(some)) continue;
    some.forEach((entry, index) => {
      const text = problemOf(entry, index === 0 ? before : some[index - 1]?.path);
      if (text !== undefined) problems.push({ input: JSON.stringify(entry.path), text });
    });
  }
  return problems;
}

const digestLength = 64;

/** Whether each is right by itself. */
function areSound(entries: readonly ManifestEntry[]): boolean {
  return (
    entries.every((entry) => isSize(entry.sizeBytes) && entry.sha256.length === digestLength) &&
    isHex(entries.map(({ sha256 }) => sha256).join("")) &&
    // Two halves of a character would be one without a sign between them.
    !isBroken(entries.map(({ path }) => path).join("/"))
  );
}

function problemOf(entry: ManifestEntry, previous: string | undefined): string | undefined {
  if (entry.path === "") return "An empty path can't be in a manifest.";
  if (isBroken(entry.path))
    return "A path with a line break or half a character can't be in a manifest.";
  if (entry.path === previous) return "Two files have this path.";
  if (!isSize(entry.sizeBytes)) return `${entry.sizeBytes} is not a number of bytes.`;
  if (entry.sha256.length !== digestLength || !isHex(entry.sha256))
    return "Its sha256 is not 64 lower case hex digits.";
  return undefined;
}

/** Whether it has a line break or half a character. Nearly all is plain, which spares a look at each character's class. */
function isBroken(path: string): boolean {
  return /[^ -~]/.test(path) && /[\r\n\p{Cs}]/u.test(path);
}

function isSize(bytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= 0;
}

/** Whether they are pairs of lower case hex digits: only those become the same text again, in half of a pattern's time. */
function isHex(digits: string): boolean {
  return Buffer.from(digits, "hex").toString("hex") === digits;
}

/** The manifest as `sha256sum -c` reads it, run in the folder that the paths are relative to. */
export function checksumsText(manifest: Manifest): string {
  refuse(aManifest("manifest", manifest));
  return manifest.entries.map(checksumLine).join("");
}

/** One line of it. */
export function checksumLine({ path, sha256 }: ManifestEntry): string {
  // It takes `-` for its standard input.
  return `${sha256}  ${path === "-" ? "./-" : path}\n`;
}
