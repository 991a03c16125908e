// Copies files into a folder, and takes away again what it made when it fails or is stopped.
// Knows nothing of what may be there: that is looked at before.
import { constants, createReadStream, createWriteStream, rmdirSync, unlinkSync } from "node:fs";
import { copyFile, lstat, mkdir, realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { makeFolder } from "../../src/flow/disk/folders";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AvalaError } from "../../src/errors";
import { systemErrorCode } from "../../src/system-error";

export interface Placing {
  /** Absolute. */
  readonly from: string;
  /** In the folder, with `/`. */
  readonly path: string;
}

export function takenPathError(path: string): AvalaError {
  return new AvalaError("file", `${path} already exists in download-path, with other content.`, {
    hint: "Use an empty folder as download-path: existing files are never overwritten.",
  });
}

/** Of two files of one export, where the folder's disk takes their names for the same. */
function samePathError(path: string, other: string): AvalaError {
  const text = `${path} and ${other} are both in the export, but are the same file in download-path.`;
  return new AvalaError("file", text, {
    hint: "Use a folder on a case-sensitive disk, or extract: false.",
  });
}

export function throughLinkError(path: string): AvalaError {
  return new AvalaError("file", `${path} would be written through a link in download-path.`, {
    hint: "Use an empty folder as download-path.",
  });
}

/** @throws what the system refuses; AvalaError `file`; the signal's reason. Nothing that was made is left then */
export async function copyAll(
  files: readonly Placing[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const made: Made = { files: [], folders: [] };
  try {
    const first = await makeFolder(folder);
    if (first !== undefined) made.folders.push(...foldersBetween(first, folder));
    const root = await realpath(folder);
    const known = new Set([root]);
    for (const { from, path } of files) {
      signal.throwIfAborted();
      await makeFolders(root, dirname(path), known, made.folders);
      await copy({ from, path }, root, made.files, signal);
    }
  } catch (error) {
    await takeAway(made);
    throw error;
  }
}

interface Made {
  readonly files: string[];
  /** Each after the one that it is in. */
  readonly folders: string[];
}

/** `/a/b`, `/a/b/c/d` → `/a/b`, `/a/b/c`, `/a/b/c/d`. */
function foldersBetween(first: string, last: string): readonly string[] {
  const rest = relative(first, resolve(last))
    .split(/[\\/]/)
    .filter((part) => part !== "");
  return [first, ...rest.map((_part, index) => join(first, ...rest.slice(0, index + 1)))];
}

async function makeFolders(
  root: string,
  path: string,
  known: Set<string>,
  made: string[],
): Promise<void> {
  let current = root;
  for (const part of path.split("/")) {
    current = join(current, part);
    if (known.has(current)) continue;
    try {
      await mkdir(current);
      made.push(current);
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST") throw error;
    }
    known.add(current);
  }
}

// What is copied in one call can't be stopped: a large file goes in pieces.
const LARGE_BYTES = 16 * 1024 * 1024;

async function copy(
  { from, path }: Placing,
  root: string,
  made: string[],
  signal: AbortSignal,
): Promise<void> {
  const target = join(root, path);
  // Again: what is in the folder may be another's to change.
  if ((await realpath(dirname(target))) !== dirname(target)) throw throughLinkError(path);
  const { size, mode } = await lstat(from);
  try {
    if (size <= LARGE_BYTES) await copyFile(from, target, constants.COPYFILE_EXCL);
    else {
      const to = createWriteStream(target, { flags: "wx", mode });
      await pipeline(createReadStream(from), to, { signal });
    }
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") {
      made.push(target);
      throw error;
    }
    const twin = made.find((one) => foldedOf(one) === foldedOf(target));
    throw twin === undefined ? takenPathError(path) : samePathError(path, posixFrom(root, twin));
  }
  made.push(target);
}

/** The same for all names that some file system takes for one. */
function foldedOf(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function posixFrom(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}

// So that a second stop is heard as well.
const REMOVED_AT_ONCE = 1_000;

/** 60,000 files took 2.7 s, and four times as long by calls that do not block; a cancelled job has 10 s. */
async function takeAway({ files, folders }: Made): Promise<void> {
  for (const [index, file] of files.entries()) {
    if (index % REMOVED_AT_ONCE === 0) await nextTurn();
    ignoring(() => unlinkSync(file));
  }
  // What another has put into one meanwhile keeps it there.
  for (const folder of [...folders].reverse()) ignoring(() => rmdirSync(folder));
}

function ignoring(work: () => void): void {
  try {
    work();
  } catch {
    // The error that led here says what there is to say.
  }
}
