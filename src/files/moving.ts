// Files in motion: those that were written just now, and those that change while a set is read. Decides what is left out
// for a later run; knows nothing of why a run would want that.
import { stat } from "node:fs/promises";
import { InputError } from "../errors";
import { cancelled } from "../flow/clock";
import { runPool } from "../flow/pool";
import type { FileSetOptions } from "./file-set-options";
import { unrestProblems } from "./file-set-words";
import type { HashOptions } from "./hash";
import type { LeftOut } from "./left-out";
import type { LocalFile, Notice } from "./local-file";
import type { Candidates } from "./look";
import type { Manifest } from "./manifest/manifest";
import type { DataType } from "./media";
import { isItemOf } from "./scan/indexing";

export interface MovingOptions {
  /** Files that were written later are left out, also those whose time is in the future. */
  readonly newestMs?: number | undefined;
  /** Whether what goes or changes meanwhile is left out, and not an error. */
  readonly leavesChanged: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Still {
  readonly candidates: Candidates;
  /** Paths in the dataset, in the order of the candidates. */
  readonly young: readonly string[];
  readonly gone: readonly string[];
}

// `stat` waits for the disk, not for the processor.
const statsAtOnce = 16;

/** Those of the candidates that are at rest. Looks at nothing where nothing is to be left out. @throws AvalaError `cancelled` */
export async function leaveMoving(
  candidates: Candidates,
  { newestMs, leavesChanged, signal }: MovingOptions,
): Promise<Still> {
  if (newestMs === undefined && !leavesChanged) return { candidates, young: [], gone: [] };
  if (signal?.aborted === true) throw cancelled("Looking at files");
  const { paths, absoluteOf } = candidates;
  const moving = new Map<string, "young" | "gone">();
  await runPool(paths, { concurrency: statsAtOnce, signal }, async (path) => {
    const found = await stat(absoluteOf(path)).catch(() => undefined);
    // What can't be read for another reason is refused by the look at its content.
    if (found === undefined && leavesChanged) moving.set(path, "gone");
    if (found !== undefined && found.mtimeMs > (newestMs ?? Infinity)) moving.set(path, "young");
  });
  const pathsOf = (why: "young" | "gone"): string[] =>
    paths.filter((path) => moving.get(path) === why);
  return {
    candidates: { ...candidates, paths: paths.filter((path) => !moving.has(path)) },
    young: pathsOf("young"),
    gone: pathsOf("gone"),
  };
}

/** What of a file set depends on which files it has. */
interface Counted {
  readonly files: readonly LocalFile[];
  readonly totalBytes: number;
  readonly indexedCount: number;
  readonly dataType?: DataType;
  readonly leftOut: LeftOut;
  readonly contents: readonly { readonly path: string }[];
  readonly notices: readonly Notice[];
}

/** The set without files that changed while they were hashed: as if they had not been there yet. */
function leaveChanged<FileSet extends Counted>(set: FileSet, changed: readonly string[]): FileSet {
  if (changed.length === 0) return set;
  const isOut = new Set(changed);
  const files = set.files.filter(({ path }) => !isOut.has(path));
  return {
    ...set,
    files,
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    indexedCount: files.filter(({ path }) => isItemOf(path, set.dataType)).length,
    leftOut: { ...set.leftOut, changed: [...set.leftOut.changed, ...changed] },
    // What was found in them is of no file that is sent.
    contents: set.contents.filter(({ path }) => !isOut.has(path)),
    notices: set.notices.filter(({ path }) => path === undefined || !isOut.has(path)),
  };
}

/**
 * The manifest, and the set without what changed while it was read, where that is to be left out.
 * @throws InputError when that leaves no file; as `hash` does
 */
export async function hashStill<FileSet extends Counted>(
  listed: FileSet,
  options: Pick<FileSetOptions, "changingFiles" | "minAgeMinutes" | "allowEmpty">,
  hash: (onChanged: HashOptions["onChanged"]) => Promise<Manifest>,
): Promise<{ readonly set: FileSet; readonly manifest: Manifest }> {
  const changed: string[] = [];
  const leave = (paths: readonly string[]): unknown => changed.push(...paths);
  const manifest = await hash(options.changingFiles === "leave-out" ? leave : undefined);
  const set = leaveChanged(listed, changed);
  const problems = unrestProblems(set, options);
  if (problems.length > 0) throw new InputError(problems);
  return { set, manifest };
}
