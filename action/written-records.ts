// Records of what downloads wrote: in RUNNER_TEMP, for the job, and in the state folder, for later runs. A record that marks no
// file as it is now says nothing, and goes when the next is written: else a runner that stays would read more and more.
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateDirectory } from "../src/config";
import { messageOf } from "../src/errors";
import { makeFolder } from "../src/flow/disk/folders";
import { isCount, isRecord } from "../src/json";
import { isGoneCode, systemErrorCode } from "../src/system-error";
import type { ActionEnvironment } from "./environment";

const RECORDS = "avala-written";
const OWN_NAME = /^[0-9a-f]{32}\.json$/;

type Place = Pick<ActionEnvironment, "env" | "tempDirectory">;

/** A file as it was written: one that was changed since is its user's. */
export interface Mark {
  readonly sizeBytes: number;
  /** Whole, for archives keep no more of a time. */
  readonly modifiedSeconds: number;
}

/** By real path. */
type Marks = Readonly<Record<string, Mark>>;

function recordFolders({ env, tempDirectory }: Place): readonly string[] {
  const state = stateDirectory(env);
  return [tempDirectory, ...(state === undefined ? [] : [state])].map((place) =>
    join(place, RECORDS),
  );
}

export function markOf(stats: { readonly size: number; readonly mtimeMs: number }): Mark {
  return { sizeBytes: stats.size, modifiedSeconds: Math.floor(stats.mtimeMs / 1000) };
}

/** Writes one record in each place. @returns why it could not, for a warning */
export async function keepMarks(place: Place, marks: Marks): Promise<readonly string[]> {
  const text = JSON.stringify(marks);
  // By all that it says: a run beside this one may remove it, and no run ever writes another of its name.
  const name = `${createHash("sha256").update(text).digest("hex").slice(0, 32)}.json`;
  const failures: string[] = [];
  for (const records of recordFolders(place)) {
    try {
      await makeFolder(records);
      await removeStale(records, name);
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

/** What was never a record stays: it is not ours. */
async function removeStale(records: string, kept: string): Promise<void> {
  for (const name of namesIn(records)) {
    if (name === kept || !OWN_NAME.test(name)) continue;
    const file = join(records, name);
    const marks = Object.entries(readRecord(file));
    if (marks.length === 0 || marks.some(([path, mark]) => mayBeUnchanged(path, mark))) continue;
    // It costs the next run a little time, no more.
    await rm(file, { force: true }).catch(() => undefined);
  }
}

function markNow(file: string): Mark | "gone" | "unknown" {
  try {
    return markOf(statSync(file));
  } catch (error) {
    return isGoneCode(systemErrorCode(error) ?? "") ? "gone" : "unknown";
  }
}

function isEqual(now: Mark, then: Mark): boolean {
  return now.sizeBytes === then.sizeBytes && now.modifiedSeconds === then.modifiedSeconds;
}

function mayBeUnchanged(file: string, mark: Mark): boolean {
  const now = markNow(file);
  return now === "unknown" || (now !== "gone" && isEqual(now, mark));
}

export function isUnchanged(file: string, mark: Mark | undefined): boolean {
  if (mark === undefined) return false;
  const now = markNow(file);
  return typeof now === "object" && isEqual(now, mark);
}

export function readMarks(place: Place): ReadonlyMap<string, Mark> {
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

/** Whatever is in it. */
function readRecord(file: string): Marks {
  try {
    const value: unknown = JSON.parse(readOwn(file));
    return isRecord(value) ? Object.fromEntries(Object.entries(value).filter(isMarked)) : {};
  } catch {
    return {};
  }
}

function isMarked(entry: [string, unknown]): entry is [string, Mark] {
  const [, mark] = entry;
  return isRecord(mark) && isCount(mark["sizeBytes"]) && Number.isInteger(mark["modifiedSeconds"]);
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
