// What an archive from elsewhere may hold: how much, how many folders, how deep, and under which names. Pure.
// Knows nothing of how an archive is read or unpacked.
// By hand: yauzl, which reads the archive, refuses only absolute paths and `..`. It bounds no sizes, counts or depth, and does
// not know which names a disk takes for one.
import type { Entry } from "yauzl";
import { AvalaError } from "../../src/errors";
import { printable } from "../../src/redact";

export interface Limits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Unpacked bytes for each packed one; small archives are let off, see `MILD_BYTES`. */
  readonly maxCompressionRatio: number;
  readonly maxFolders: number;
  /** Folders above one file. */
  readonly maxDepth: number;
  readonly maxPathBytes: number;
  /** Of all paths together: they are held in memory. */
  readonly maxNameBytes: number;
}

// An export holds annotations, and at most the files they are about. JSON packs 5 to 20 times; deflate's own limit,
// which bombs come close to, is 1,032. A folder costs a file system as much as a file, and an archive a few bytes: one
// of 150 kB made 38,000 of them in 191 s. Windows and macOS take paths of 260 and 1,024.
export const LIMITS: Limits = {
  maxEntries: 1_000_000,
  maxBytes: 50e9,
  maxCompressionRatio: 200,
  maxFolders: 20_000,
  maxDepth: 32,
  maxPathBytes: 1_024,
  maxNameBytes: 128e6,
};
// A few files of zeros pack better than any limit and hurt no one.
const MILD_BYTES = 50_000_000;
// What a file system takes as one name.
const MAX_PART_BYTES = 255;

const FILE_TYPE_MASK = 0o170000;
const SYMLINK = 0o120000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;

export function refuse(text: string): never {
  throw new AvalaError("bad_reply", `The export's archive ${text}.`, {
    hint: "Nothing was unpacked. Set extract: false to look at the archive itself.",
  });
}

/** Holds entries to what can be said of each as it is read, so that a long list is not read to its end first. */
export function createEntryCheck(limits: Limits): (entry: Entry) => void {
  let entries = 0;
  let nameBytes = 0;
  return ({ fileName, fileNameLength }) => {
    entries += 1;
    if (entries > limits.maxEntries) refuse(`contains more than ${limits.maxEntries} files`);
    // A name of another field may stand for it, and where names are not decoded there are only their bytes.
    const pathBytes = Math.max(fileNameLength, Buffer.byteLength(fileName));
    nameBytes += pathBytes;
    if (pathBytes > limits.maxPathBytes)
      refuse(`contains a path of ${pathBytes} bytes, more than ${limits.maxPathBytes}`);
    if (nameBytes > limits.maxNameBytes)
      refuse(`contains names of more than ${limits.maxNameBytes} bytes in total`);
  };
}

/** The sizes that the archive claims; the zip library holds each entry to its claim, so they bound what is written. */
export function hasFittingSizes(
  entries: readonly Entry[],
  packedBytes: number,
  limits: Limits,
): boolean {
  return sizeProblem(entries, packedBytes, limits) === undefined;
}

/** @throws AvalaError `bad_reply` */
export function checkSizes(entries: readonly Entry[], packedBytes: number, limits: Limits): void {
  const problem = sizeProblem(entries, packedBytes, limits);
  if (problem !== undefined) refuse(problem);
}

function sizeProblem(
  entries: readonly Entry[],
  packedBytes: number,
  { maxBytes, maxCompressionRatio }: Limits,
): string | undefined {
  const bytes = entries.reduce((total, { uncompressedSize }) => total + uncompressedSize, 0);
  if (bytes > maxBytes) return `would unpack to ${bytes} bytes, more than ${maxBytes}`;
  return bytes > MILD_BYTES && bytes > packedBytes * maxCompressionRatio
    ? `would grow from ${packedBytes} to ${bytes} bytes`
    : undefined;
}

/** Which names the folder that an archive is unpacked into can hold side by side. */
export interface NameRules {
  /** `a` and `A` are two files. */
  readonly hasCase: boolean;
  /** An `ä` of one character and one of two are two files. */
  readonly hasForms: boolean;
  /** `:` is a character as others are, and not that of a drive or of a stream. */
  readonly hasColons: boolean;
}

/** @throws AvalaError `bad_reply` for a path that is not one, is there twice or below a file, or is one folder too many */
export function checkPaths(entries: readonly Entry[], limits: Limits, names: NameRules): void {
  // By how this system compares them: to the name as it is written in the archive.
  const seen = new Map<string, string>();
  const folders = new Set<string>();
  for (const entry of entries) {
    checkEntry(entry, limits, names);
    const key = keyOf(entry.fileName, names);
    const other = seen.get(key);
    if (other !== undefined) refuse(twiceText(entry.fileName, other));
    seen.set(key, entry.fileName);
    addFolders(folders, key);
    if (folders.size > limits.maxFolders) refuse(`contains more than ${limits.maxFolders} folders`);
  }
  for (const [key, name] of seen) {
    if (folders.has(key)) refuse(`contains ${quoted(name)} as a file and as a folder`);
  }
}

function twiceText(name: string, other: string): string {
  return name === other
    ? `contains ${quoted(name)} twice`
    : `contains ${quoted(other)} and ${quoted(name)}, which are the same file in this folder`;
}

/** `a/b/c` → `a/b`, `a`, up to one that is known: each folder is looked at once, however many files are in it. */
function addFolders(folders: Set<string>, key: string): void {
  let end = key.lastIndexOf("/");
  while (end > 0) {
    const folder = key.slice(0, end);
    if (folders.has(folder)) return;
    folders.add(folder);
    end = folder.lastIndexOf("/");
  }
}

function checkEntry(entry: Entry, { maxDepth }: Limits, names: NameRules): void {
  const { fileName } = entry;
  const parts = fileName.replace(/\/$/, "").split("/");
  if (parts.length - 1 > maxDepth)
    refuse(`contains ${quoted(fileName)}, nested in more than ${maxDepth} folders`);
  if (!names.hasColons && fileName.includes(":"))
    refuse(`contains ${quoted(fileName)}, and names on this system can't contain a colon`);
  if (isUnsafe(fileName, parts))
    refuse(
      `contains ${quoted(fileName)}, a path that leads out of the folder or is invalid on some systems`,
    );
  if (entry.isEncrypted()) refuse(`contains ${quoted(fileName)}, which is encrypted`);
  if (!isFileOrFolder(entry)) refuse(`contains ${quoted(fileName)}, which is a link or not a file`);
}

export function quoted(fileName: string): string {
  return JSON.stringify(printable(fileName, 200));
}

/** The same for names that are one in the folder. A folder's own ends in a slash. */
function keyOf(fileName: string, { hasCase, hasForms }: NameRules): string {
  const formed = hasForms ? fileName : fileName.normalize("NFC");
  return hasCase ? formed : formed.toLowerCase();
}

function isUnsafe(path: string, parts: readonly string[]): boolean {
  // Absolute, what climbs, empty parts, separators of Windows, and control characters.
  return (
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    /[\\\u0000-\u001f\u007f]/.test(path) ||
    parts.some((part) => part === "" || part === "." || part === ".." || isReserved(part))
  );
}

/** A part that no system holds, or that a checkout takes orders from: a file below `.git` can run commands. */
function isReserved(part: string): boolean {
  // What some file systems leave out of a name: Windows dots and blanks at its end, macOS what can't be seen.
  const bare = part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]|[. ]+$/g, "");
  const isGit = bare.toLowerCase() === ".git" || bare.toLowerCase() === "git~1";
  return isGit || Buffer.byteLength(part) > MAX_PART_BYTES;
}

/** By the Unix mode that the archive keeps; 0 where it was made on a system without. */
function isFileOrFolder(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK;
  if (type === SYMLINK) return false;
  return type === 0 || type === (entry.fileName.endsWith("/") ? DIRECTORY : REGULAR);
}
