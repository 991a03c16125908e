// The list that `files-from` names: read, brought to paths below the root, and what of it led to nothing. Reads this file and
// looks whether files are there; knows nothing of globs.
import { lstatSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { readPathList, type PathList } from "../../src/files/path-list";
import { createListed, type Listed } from "../../src/files/scan/listed";
import { systemErrorCode } from "../../src/system-error";
import type { UploadInputs } from "../inputs/upload";
import { realOf } from "../written";
import { meantPaths } from "./list-forms";
import { checkNamed, readNamed, type NamedFile } from "../named-bytes";
import { fromWorkspace } from "../workspace-path";

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
  const read = readPathList(readNamed(listNamed(filesFrom, workspace)));
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
  if (filesFrom !== undefined) checkNamed(listNamed(filesFrom, workspace));
}

function listNamed(name: string, workspace: string): NamedFile {
  const path = fromWorkspace(workspace, name);
  return {
    input: "files-from",
    name,
    path,
    maxBytes,
    mustBe: "it must be a file that lists paths",
  };
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
