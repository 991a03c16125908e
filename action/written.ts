// What the Action itself wrote on this machine, so that no later step or run uploads it.
import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { stateDirectory } from "../src/config";
import { isWithin } from "../src/files/within";
import type { ActionEnvironment } from "./environment";
import { fromWorkspace } from "./workspace-path";
import { isUnchanged, keepMarks, markOf, readMarks, type Mark } from "./written-records";

/** What the folders of a step's outputs begin with; mkdtemp adds six characters. */
export const OUTPUT_PREFIX = "avala-upload-action-";
// By name, for a step of an earlier job may have had another RUNNER_TEMP. Whole names, for a checkout of this Action
// may be called as its folders are, and what else is in there is its user's.
const OWN_FILE =
  /[/\\](?:avala-upload-action-[A-Za-z0-9]{6}[/\\](?:(?:manifest|plan|current|report)\.json|SHA256SUMS(?:\.\d{1,6})?)(?:\.new)?|avala-written[/\\][0-9a-f]{32}\.json(?:\.new)?)$/;

type Place = Pick<ActionEnvironment, "env" | "tempDirectory" | "workspace">;

/** Remembers files of a download, absolute. @returns why it could not, for a warning */
export async function recordWritten(
  place: Place,
  files: readonly string[],
): Promise<readonly string[]> {
  const marks: Record<string, Mark> = {};
  for (const file of files) marks[realOf(file)] = markOf(await stat(file));
  return keepMarks(place, marks);
}

/** What the Action wrote. */
export interface OwnFiles {
  /** Whether it wrote what is at a real path. */
  readonly isOwn: (real: string) => boolean;
  /** All that this depends on, but for the path; `undefined` where it depends on files in the root too. */
  readonly by: string | undefined;
}

function stateFolders({ env }: Place, root: string): readonly string[] {
  const given = stateDirectory(env);
  if (given === undefined) return [];
  const state = realOf(given);
  // A state folder that holds the root holds other things too.
  return isWithin(state, root) ? [join(state, "journals"), join(state, "digests")] : [state];
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
  const cache = place.env.RUNNER_TOOL_CACHE;
  const folders = [
    ...(cache === undefined || cache === "" ? [] : [join(realOf(cache), "avala-export")]),
    ...stateFolders(place, root),
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
