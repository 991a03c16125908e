// What the Action itself wrote on this machine, so that no later step or run uploads it.
// Kept as records of each download in RUNNER_TEMP, for the job, and in the state folder, for later runs.
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../src/flow/disk/folders";
import { stateDirectory } from "../src/config";
import { messageOf } from "../src/errors";
import { isWithin } from "../src/files/within";
import type { ActionEnvironment } from "./environment";
import { fromWorkspace } from "./workspace-path";

/** What the folders of a step's outputs begin with; mkdtemp adds six characters. */
export const OUTPUT_PREFIX = "avala-upload-action-";
const RECORDS = "avala-written";
// By name, for a step of an earlier job may have had another RUNNER_TEMP. Whole names, for a checkout of this Action
// may be called as its folders are, and what else is in there is its user's.
const OWN_FILE =
  /[/\\](?:avala-upload-action-[A-Za-z0-9]{6}[/\\](?:(?:manifest|plan|current|report)\.json|SHA256SUMS(?:\.\d{1,6})?)(?:\.new)?|avala-written[/\\][0-9a-f]{32}\.json(?:\.new)?)$/;

type Place = Pick<ActionEnvironment, "env" | "tempDirectory" | "workspace">;

/** A file as it was written: one that was changed since is its user's. */
interface Mark {
  readonly sizeBytes: number;
  /** Whole, for archives keep no more of a time. */
  readonly modifiedSeconds: number;
}

function recordFolders({ env, tempDirectory }: Place): readonly string[] {
  return [join(tempDirectory, RECORDS), join(stateDirectory(env), RECORDS)];
}

/** Remembers files of a download, absolute. @returns why it could not, for a warning */
export async function recordWritten(
  place: Place,
  folder: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const marks: Record<string, Mark> = {};
  for (const file of files) marks[realOf(file)] = markOf(await stat(file));
  const text = JSON.stringify(marks);
  const key = createHash("sha256").update(`${folder}\n${Object.keys(marks).join("\n")}`);
  const name = `${key.digest("hex").slice(0, 32)}.json`;
  const failures: string[] = [];
  for (const records of recordFolders(place)) {
    try {
      await makeFolder(records);
      const fresh = join(records, `${name}.new`);
      // What is there may be anything: a pipe would be waited on for ever, a link would lead to a file of the user's.
      await rm(fresh, { recursive: true, force: true });
      await writeFile(fresh, text, { flag: "wx" });
      await rename(fresh, join(records, name));
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  return failures;
}

function markOf({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): Mark {
  return { sizeBytes: size, modifiedSeconds: Math.floor(mtimeMs / 1000) };
}

/** What the Action wrote. */
export interface OwnFiles {
  /** Whether it wrote what is at a real path. */
  readonly isOwn: (real: string) => boolean;
  /** All that this depends on, but for the path; `undefined` where it depends on files in the root too. */
  readonly by: string | undefined;
}

/**
 * What the Action wrote: outputs, state, its cache, the plan that it is given, downloads.
 * `root` is the real path of the folder that is uploaded.
 */
export function writtenByAction(
  place: Place,
  root: string,
  planFile: string | undefined,
): OwnFiles {
  const state = realOf(stateDirectory(place.env));
  const cache = place.env.RUNNER_TOOL_CACHE;
  const folders = [
    ...(cache === undefined || cache === "" ? [] : [join(realOf(cache), "avala-export")]),
    // A state folder that holds the root holds other things too.
    ...(isWithin(state, root) ? [join(state, "journals"), join(state, "digests")] : [state]),
  ];
  const plan =
    planFile === undefined ? undefined : realOf(fromWorkspace(place.workspace, planFile));
  const marks = readMarks(place);
  const isInRoot = (file: string): boolean => isWithin(root, file);
  return {
    isOwn: (real) =>
      real === plan ||
      folders.some((folder) => isWithin(folder, real)) ||
      OWN_FILE.test(real) ||
      isUnchanged(real, marks.get(real)),
    by: [...marks.keys()].some(isInRoot) ? undefined : JSON.stringify([plan ?? null, folders]),
  };
}

function isUnchanged(file: string, mark: Mark | undefined): boolean {
  if (mark === undefined) return false;
  try {
    const now = markOf(statSync(file));
    return now.sizeBytes === mark.sizeBytes && now.modifiedSeconds === mark.modifiedSeconds;
  } catch {
    return false;
  }
}

function readMarks(place: Place): ReadonlyMap<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const folder of recordFolders(place)) {
    for (const name of namesIn(folder)) {
      for (const [file, mark] of Object.entries(readRecord(join(folder, name)))) {
        marks.set(file, mark);
      }
    }
  }
  return marks;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

/** Whatever is in it: a mark that is none equals no file's. */
function readRecord(file: string): Readonly<Record<string, Mark>> {
  try {
    const value: unknown = JSON.parse(readOwn(file));
    return typeof value === "object" && value !== null ? (value as Record<string, Mark>) : {};
  } catch {
    return {};
  }
}

// A download of a million files makes some 200 MB.
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** What lies where a record may be. @throws Error for what is not a file, without waiting for one, and for one too large */
function readOwn(file: string): string {
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || stats.size > MAX_RECORD_BYTES) throw new Error("it is not a record");
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

/** Where an export is put, absolute. */
export function downloadFolder(
  { workspace }: Pick<ActionEnvironment, "workspace">,
  { downloadPath }: { readonly downloadPath?: string | undefined },
): string | undefined {
  return downloadPath === undefined ? undefined : fromWorkspace(workspace, downloadPath);
}

/** Its links resolved, as far as it exists. */
export function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realOf(above), basename(path));
  }
}
