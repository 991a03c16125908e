// Globs against paths that need not exist, by the same library that walks the disk. Pure.
import type fastGlob from "fast-glob";
import { TreeEntry } from "../entries";
import { parentOf } from "../tree";
import { globLibrary } from "../glob-library";

/** Those of the paths (POSIX, relative) that one of the globs matches and none of `ignore`. */
export function matchingPaths(
  paths: readonly string[],
  globs: readonly string[],
  ignore: readonly string[] = [],
): string[] {
  const folders = new Map<string, Map<string, TreeEntry>>([["", new Map()]]);
  const add = (path: string, isFolder: boolean): void => {
    const folder = parentOf(path);
    const name = path.slice(folder === "" ? 0 : folder.length + 1);
    if (folder !== "" && !folders.has(folder)) add(folder, true);
    const entries = folders.get(folder) ?? new Map<string, TreeEntry>();
    folders.set(folder, entries.set(name, new TreeEntry(name, isFolder)));
  };
  for (const path of paths) add(path, false);
  // Where nothing of the disk is: only what is listed here is seen.
  const inside = (path: string): string => path.replace(/^\/virtual\/?/, "").replace(/\/$/, "");
  const find = (path: string): TreeEntry => {
    const at = inside(path);
    const folder = parentOf(at);
    const entry = folders.get(folder)?.get(at.slice(folder === "" ? 0 : folder.length + 1));
    if (entry !== undefined) return entry;
    throw Object.assign(new Error("Not listed."), { code: "ENOENT" });
  };
  const fs = {
    readdirSync: (path: string) => [...(folders.get(inside(path))?.values() ?? [])],
    lstatSync: find,
    statSync: find,
  } as unknown as Partial<fastGlob.FileSystemAdapter>;
  return globLibrary().globSync([...globs], {
    cwd: "/virtual",
    dot: true,
    ignore: [...ignore],
    fs,
  });
}
