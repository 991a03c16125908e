// What a list of paths that leads to nothing most likely was meant to be. Pure: `isThere` says what is on disk.
import { join } from "node:path";
import { shown } from "../../src/text";
import type { FilesFrom } from "./files-from";

type List = Pick<FilesFrom, "form" | "paths" | "workspace" | "root">;

type IsThere = (absolute: string) => boolean;

/** A sentence, from its small letter on, with what to do. */
export function listSlip(list: List, isThere: IsThere): string | undefined {
  const { paths, workspace, root } = list;
  const [first = ""] = paths;
  if (isThere(join(workspace, first))) return undefined;
  if (list.form === "lines" && /^\s*\[\s*(?:$|\\?["'{])/.test(first))
    return "it begins as JSON and is not an array of texts; write one path per line (escape_json: false for tj-actions/changed-files)";
  if (/^[ACDMRTUX]\d*\t/.test(first))
    return `the line ${shown(cut(first))} has a status before the path; use git diff --name-only`;
  const parts = list.form === "lines" ? first.split(/[ ,]+/) : [first];
  if (parts.length > 1 && parts.some((part) => isThere(join(workspace, part))))
    return `the line ${shown(cut(first))} lists several paths; write one per line (separator: "\\n" or json: true for tj-actions/changed-files)`;
  if (root !== workspace && isThere(join(root, first)))
    return `${shown(cut(first))} is in root, but paths are relative to the workspace; write them from there`;
  const plain = first.replaceAll("\\", "/");
  if (plain !== first && isThere(join(workspace, plain)))
    return `${shown(cut(first))} has backslashes; write ${shown(plain)}`;
  if (/[*?]/.test(first)) return `${shown(cut(first))} is a glob; globs go into files`;
  return undefined;
}

const maxShown = 200;

export function cut(line: string): string {
  return line.length > maxShown ? `${line.slice(0, maxShown)}…` : line;
}
