// What is said of the list that `files-from` names: what was taken of it, and why nothing was. Reads nothing but whether files
// are there.
import type { InputProblem } from "../../src/errors";
import { counted, shown } from "../../src/text";
import { isThere, type FilesFrom, type ListUse } from "./files-from";
import { cut, listSlip } from "./list-slips";

type Maybe<T> = T | undefined;

/** One line for the log. */
export function describeList({ name, paths, outside }: FilesFrom, use: ListUse): string {
  const others = [
    ...(use.missing.length > 0 ? [`${counted(use.missing.length, "path")} not found`] : []),
    ...(outside > 0 ? [`${counted(outside, "path")} outside root`] : []),
  ];
  const rest = others.length === 0 ? "" : `; ${others.join(", ")}`;
  return `files-from ${shown(name)}: ${counted(paths.length, "path")}, ${counted(use.taken, "file")} selected${rest}`;
}

const maxNamed = 3;

function named(paths: readonly string[]): string {
  const rest = paths.length > maxNamed ? ", …" : "";
  return (
    paths
      .slice(0, maxNamed)
      .map((path) => shown(cut(path)))
      .join(", ") + rest
  );
}

/** A list of changes names deleted files too: they are left out, and said. Nothing where all are: then that is said. */
export function missingPaths(list: Maybe<FilesFrom>, use: Maybe<ListUse>): readonly string[] {
  if (list === undefined || use === undefined || use.taken === 0) return [];
  const { length } = use.missing;
  if (length === 0) return [];
  const [verb, was] = length === 1 ? ["does", "was"] : ["do", "were"];
  const text = `${counted(length, "path")} of ${shown(list.name)} (files-from) ${verb} not exist, such as deleted files, and ${was} left out: ${named(use.missing)}`;
  return [text];
}

/** Why nothing of the list was taken, with what to do; nothing where something was. */
export function idleList(list: Maybe<FilesFrom>, use: Maybe<ListUse>): readonly string[] {
  if (list === undefined || use === undefined || use.taken > 0) return [];
  return [idleText(list, use)];
}

/** The same as problems. */
export function refusedList(list: Maybe<FilesFrom>, use: Maybe<ListUse>): readonly InputProblem[] {
  return idleList(list, use).map((text) => ({
    input: "files-from",
    text: `${text}. If a list without files is right, set if-no-files-found: ignore`,
  }));
}

function idleText(list: FilesFrom, use: ListUse): string {
  const { name, paths, inside, outside, root } = list;
  const what = shown(name);
  if (paths.length === 0) return `${what} lists no path`;
  const slip = listSlip(list, isThere);
  if (slip !== undefined) return `${what} selects no file: ${slip}`;
  if (inside.length === 0) {
    const none = outside === 1 ? "the path" : `none of the ${counted(outside, "path")}`;
    const are = outside === 1 ? "is not" : "is";
    return `${none} of ${what} ${are} in root, ${root}; paths are relative to the workspace`;
  }
  if (use.missing.length === inside.length)
    return `${what} lists no existing file (${named(inside)}); git diff --diff-filter=d leaves out deleted files`;
  return `files selects none of the files of ${what}, or all of them were left out`;
}
