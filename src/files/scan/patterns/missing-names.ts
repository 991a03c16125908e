// Names in a line that are not on disk, and what is there in their place. Pure.
import { isNear } from "../../../near-name";
import { counted, formatCount, shown } from "../../../text";
import { countSuffixes } from "../indexing";
import type { DiskView } from "../disk-view";

const WILDCARD = /[*?[\](){}!+@\\]/;

interface Part {
  readonly folder: string;
  readonly name: string;
  readonly isLast: boolean;
}

/** The parts of a line that have no wildcard, up to the first that has one. */
function plainParts(line: string): readonly Part[] {
  const names = line.split("/").filter((part) => part !== "" && part !== ".");
  const first = names.findIndex((part) => WILDCARD.test(part));
  const plain = first === -1 ? names : names.slice(0, first);
  return plain.map((name, index) => ({
    folder: plain.slice(0, index).join("/"),
    name,
    isLast: index === names.length - 1,
  }));
}

function pathOf({ folder, name }: Pick<Part, "folder" | "name">): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export function skippedLink(line: string, disk: DiskView): string | undefined {
  const text = (path: string): string =>
    `${shown(path)} is a symbolic link, which symlinks: skip leaves out`;
  const onTheWay = plainParts(line)
    .map(pathOf)
    .find((path) => disk.isSkippedLink(path));
  if (onTheWay !== undefined) return text(onTheWay);
  const [first, ...others] = disk.matches(line);
  if (first === undefined || ![first, ...others].every((path) => disk.isSkippedLink(path)))
    return undefined;
  return others.length === 0
    ? text(first)
    : `${text(first)}, and so are ${formatCount(others.length)} more`;
}

export function missingPart(line: string, disk: DiskView): string | undefined {
  for (const part of plainParts(line)) {
    const names = disk.namesIn(part.folder);
    if (names === undefined) return `${shown(part.folder)} is a file, not a folder`;
    if (names.includes(part.name)) continue;
    return likelyName(part, names) ?? absent(part, names);
  }
  return lastPart(line, disk);
}

/** What is in the way where all parts are there and the rest is a glob. */
function lastPart(line: string, disk: DiskView): string | undefined {
  const last = plainParts(line).at(-1);
  if (last === undefined || last.isLast) return undefined;
  const names = disk.namesIn(pathOf(last));
  if (names === undefined) return `${shown(pathOf(last))} is a file, not a folder`;
  return names.length === 0 ? `${shown(pathOf(last))} is empty` : undefined;
}

/** What is there under another name than the one that was written. */
function likelyName(part: Part, names: readonly string[]): string | undefined {
  const { name } = part;
  const there = (other: string): string => shown(pathOf({ ...part, name: other }));
  const formed = names.find((one) => one.normalize("NFC") === name.normalize("NFC"));
  if (formed !== undefined) {
    const form = formed.normalize("NFC") === formed ? "composed (NFC)" : "decomposed (NFD)";
    return `${there(formed)} is there, but its letters are ${form} on disk and not in the line. Copy the name from a directory listing, or write * instead of such a letter`;
  }
  if (names.includes(`${name}.dvc`))
    return `${there(`${name}.dvc`)} is there and ${there(name)} is not; run dvc pull first`;
  const cased = names.find((one) => one.toLowerCase() === name.toLowerCase());
  if (cased !== undefined) return `case matters: it is ${there(cased)} on disk`;
  const near = hasSuffix(part) ? undefined : names.find((one) => isSlipOf(one, name));
  return near === undefined ? undefined : `${there(name)} is not there, but ${there(near)} is`;
}

/** The last part of a file's path: files of one folder differ in a character or two by nature. */
function hasSuffix({ name, isLast }: Part): boolean {
  return isLast && /\.[A-Za-z0-9]+$/.test(name);
}

/** Not where only numbers differ: `day_01` is not `day_02` with a slip in it. */
function isSlipOf(one: string, other: string): boolean {
  const bare = (name: string): string => name.replace(/\d+/g, "0");
  return isNear(one, other) && bare(one) !== bare(other);
}

function absent(part: Part, names: readonly string[]): string {
  const where = part.folder === "" ? "root" : shown(part.folder);
  if (names.length === 0) return `${where} is empty`;
  return hasSuffix(part)
    ? "there is no such file; a list of changes includes deleted files unless git diff is run with --diff-filter=d"
    : `there is no ${part.isLast ? "file or folder" : "folder"} ${shown(part.name)} in ${where}`;
}

// The suffixes of a glob's end: `*.jpeg`, `*.{jpeg,png}`.
const SUFFIXES = /\*\.(?:\w+|\{[\w.,]+\})$/;
const maxSuffixes = 3;
const HIDDEN = /(?:^|\/)\./;

/** Files that are where the line looks, with other suffixes than it has. */
export function otherSuffixes(line: string, disk: DiskView): string | undefined {
  if (!SUFFIXES.test(line)) return undefined;
  const there = disk.matches(line.replace(SUFFIXES, "*.*")).filter((path) => !HIDDEN.test(path));
  const counts = [...countSuffixes(there)];
  if (counts.length === 0) return undefined;
  const named = counts
    .slice(0, maxSuffixes)
    .map(([suffix, count]) => `${shown(suffix)} (${formatCount(count)})`);
  const others = counts.length > maxSuffixes ? ", and others" : "";
  return `the files there have other suffixes: ${named.join(", ")}${others}`;
}

/** A `*` is taken for what `**` is. */
export function inSubfolders(line: string, disk: DiskView): string | undefined {
  const name = line.slice(line.lastIndexOf("/") + 1);
  if (!name.includes("*") || name.includes("**")) return undefined;
  const deep = `${line.slice(0, -name.length)}**/${name}`;
  const { length } = disk.matches(deep).filter((path) => !HIDDEN.test(path));
  if (length === 0) return undefined;
  const [, suffix = "matching"] = /^\*(\.\w+)$/.exec(name) ?? [];
  const are = length === 1 ? "is" : "are";
  return `${counted(length, `${suffix} file`)} ${are} in subfolders; write ${shown(deep)}`;
}

export function suffixCase(line: string, disk: DiskView): string | undefined {
  const [first] = disk.matches(line, true);
  return first === undefined ? undefined : `case matters: on disk there is ${shown(first)}`;
}
