// The list that `files-from` names: read, brought to paths below the root, and what of it led to nothing. Reads this file and
// looks whether files are there; knows nothing of globs.
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { InputError } from "../../src/errors";
import { readPathList, type PathList } from "../../src/files/path-list";
import { createListed, type Listed } from "../../src/files/scan/listed";
import { systemErrorCode } from "../../src/system-error";
import { formatBytes, shown } from "../../src/text";
import type { UploadInputs } from "../inputs/upload";
import { realOf } from "../written";
import { meantPaths } from "./list-forms";
import { fromWorkspace, unreadableText } from "../workspace-path";

// A million paths of 60 characters.
const maxBytes = 64 * 1024 * 1024;

export interface FilesFrom extends PathList {
  /** As the workflow names the list. */
  readonly name: string;
  readonly workspace: string;
  readonly root: string;
  /** Those below the root, relative to it, with `/`; in the order of the list. */
  readonly inside: readonly string[];
  /** How many are elsewhere. */
  readonly outside: number;
  readonly listed: Listed;
}

/** `undefined` where no list is named. @throws InputError for a list that can't be read */
export function readFilesFrom(
  { filesFrom, root }: Pick<UploadInputs, "filesFrom" | "root">,
  workspace: string,
): FilesFrom | undefined {
  if (filesFrom === undefined) return undefined;
  const read = readPathList(readBytes(fromWorkspace(workspace, filesFrom), filesFrom));
  const list = {
    ...read,
    paths: meantPaths(read, (path) => isThere(fromWorkspace(workspace, path))),
  };
  const given = fromWorkspace(workspace, root);
  const below = [given, realOf(given)];
  const places = list.paths.map((path) => placeOf(path, workspace, below));
  const inside = [...new Set(places.filter((place) => place !== undefined))];
  return {
    ...list,
    name: filesFrom,
    workspace,
    root: given,
    inside,
    outside: places.filter((place) => place === undefined).length,
    listed: createListed(inside),
  };
}

/** @throws InputError for a list that can't be read */
export function checkList(filesFrom: string | undefined, workspace: string): void {
  if (filesFrom !== undefined) readBytes(fromWorkspace(workspace, filesFrom), filesFrom);
}

function readBytes(file: string, name: string): Buffer {
  const refused = (text: string): InputError =>
    new InputError([{ input: "files-from", text: `${shown(name)} ${text}` }]);
  let handle: number | undefined;
  try {
    // Without waiting: what lies there may be a pipe.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw refused("is not a file; it must be a file that lists paths");
    if (stats.size > maxBytes)
      throw refused(`has ${formatBytes(stats.size)}, more than ${formatBytes(maxBytes)}`);
    return readFileSync(handle);
  } catch (error) {
    throw error instanceof InputError ? error : refused(unreadableText(name, error));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** A path of the list below the root, relative to it; `undefined` for one that is elsewhere. */
function placeOf(path: string, workspace: string, roots: readonly string[]): string | undefined {
  const absolute = fromWorkspace(workspace, path);
  for (const root of roots) {
    const inside = relative(root, absolute);
    if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
      return inside.split(sep).join("/");
  }
  return undefined;
}

// A line may be longer than a path can be, and a text in JSON may hold a NUL.
const NO_PATH = new Set(["ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"]);

export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (NO_PATH.has(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

/** What of the list was taken. */
export interface ListUse {
  /** Relative to the root. */
  readonly missing: readonly string[];
  readonly taken: number;
}

/** `paths` are what the lines chose, of which so many are not sent. */
export function useOf(
  { inside, root }: FilesFrom,
  paths: readonly string[],
  notSent: number,
): ListUse {
  const taken = new Set(paths.map((path) => path.normalize("NFC")));
  const missing = inside.filter(
    (path) => !taken.has(path.normalize("NFC")) && !isThere(join(root, path)),
  );
  return { missing, taken: paths.length - notSent };
}
