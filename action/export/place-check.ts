// What a download needs of this machine, as far as it shows before the export is there: so that an hour of waiting does
// not end at a folder that could have been seen not to do. Knows nothing of exports.
import { lstat, mkdtemp, readdir, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asDiskError, isAvalaError, messageOf } from "../../src/errors";
import { diskHint } from "../../src/system-error";
import { freeBytesIn } from "../../src/operations/download-room";
import { formatBytes, formatCount, shown } from "../../src/text";

export interface PlaceCheck {
  /** Why nothing can be put there. */
  readonly problem?: { readonly text: string; readonly hint: string | undefined };
  /** What may be in the way: whether it is shows only with the export. */
  readonly warnings: readonly string[];
}

interface Wanted {
  /** `download-path`, absolute. */
  readonly folder: string;
  /** Where the file is kept until it was checked. */
  readonly tempDirectory: string;
  /** Of an export that exists: its file may be there already, and is then no obstacle. */
  readonly uid?: string | undefined;
}

// No export fits in less.
const MIN_FREE_BYTES = 1024 * 1024;
// Fewer than most exports with images have.
const FEW_FREE_BYTES = 500e6;

export async function checkPlace({ folder, tempDirectory, uid }: Wanted): Promise<PlaceCheck> {
  const problem =
    (await folderProblem(folder)) ??
    (uid === undefined ? undefined : await fileProblem(folder, uid));
  if (problem !== undefined) return { problem, warnings: [] };
  const warnings = uid === undefined ? await filesInTheWay(folder) : [];
  for (const place of [folder, tempDirectory]) {
    const free = await freeBytesIn(await deepestOf(place));
    if (free === undefined || free >= FEW_FREE_BYTES) continue;
    const room = `disk of ${place} has ${formatBytes(free)} free`;
    if (free < MIN_FREE_BYTES)
      return {
        problem: { text: `can't be filled: the ${room}`, hint: diskHint("ENOSPC") },
        warnings,
      };
    warnings.push(`The ${room}; if the export needs more, the step fails after the wait.`);
  }
  return { warnings: [...new Set(warnings)] };
}

const OTHER_FOLDER = "Use another folder as download-path.";

/** Whether it is a folder, or can be made one, in which something can be made. */
async function folderProblem(folder: string): Promise<PlaceCheck["problem"]> {
  const there = await deepestOf(folder);
  const stats = await stat(there).catch(() => undefined);
  if (stats?.isDirectory() !== true) {
    const what = stats === undefined ? "a broken link" : "not a folder";
    const text = there === folder ? `is ${what}` : `can't be created: ${there} is ${what}`;
    return { text, hint: OTHER_FOLDER };
  }
  try {
    // Rights alone do not tell: a disk may be read-only, and on Windows they say little.
    await rmdir(await mkdtemp(join(there, ".avala-")));
    return undefined;
  } catch (error) {
    const refused = asDiskError(`nothing can be written to ${there}`, error);
    return {
      text: messageOf(refused).replace(/\.$/, ""),
      hint: isAvalaError(refused) ? refused.hint : OTHER_FOLDER,
    };
  }
}

/** The path, or what is there of those above it. */
async function deepestOf(path: string): Promise<string> {
  const there = await lstat(path).catch(() => undefined);
  const above = dirname(path);
  return there !== undefined || above === path ? path : deepestOf(above);
}

/** A file of the export's own name may be this export; what is not a file can't be. */
async function fileProblem(folder: string, uid: string): Promise<PlaceCheck["problem"]> {
  for (const ending of ["json", "jsonl", "zip"]) {
    const name = `export-${uid}.${ending}`;
    const there = await lstat(join(folder, name)).catch(() => undefined);
    if (there !== undefined && !there.isFile())
      return { text: `contains ${name}, which is not a file`, hint: OTHER_FOLDER };
  }
  return undefined;
}

const MAX_NAMED = 3;

/** Files of an earlier export have the names that this one's may have, and other content. */
async function filesInTheWay(folder: string): Promise<string[]> {
  const all = await readdir(folder).catch(() => []);
  // No export holds a `.gitkeep`.
  const names = all.filter((name) => !name.startsWith(".")).sort();
  if (names.length === 0) return [];
  const more =
    names.length > MAX_NAMED ? `, and ${formatCount(names.length - MAX_NAMED)} more` : "";
  const first = names.slice(0, MAX_NAMED).map(shown).join(", ");
  return [
    `download-path is not empty: it contains ${first}${more}. Existing files are never overwritten: if the export contains one of the same name with other content, the step fails after the wait. Use an empty folder to rule that out.`,
  ];
}
