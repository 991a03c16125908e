// Whether files that have an order sort as their numbers say: by name, frame_10 comes before frame_2. Pure.
import { formatCount, shown } from "../../text";
import type { Notice } from "../local-file";
import { dataTypeOf } from "../media";

const maxFolders = 3;
/** Fewer may well be no sequence. */
const minFiles = 3;
/** Numbers in a name that are looked at, from its start. */
const maxNumbers = 4;

// Of images and videos only what calls itself part of a sequence; of lidar all: each file is a frame.
const SEQUENCE = /(?:^|[^a-z])(?:frames?|frm|sweeps?|scans?|seqs?|sequences?)(?![a-z])/i;

/** One notice for each folder whose files have an order and sort otherwise, and one that counts further folders. */
export function orderNotices(paths: readonly string[]): readonly Notice[] {
  const folders = new Map<string, string[]>();
  for (const path of paths.filter(hasOrder)) {
    const slash = path.lastIndexOf("/");
    const folder = path.slice(0, Math.max(slash, 0));
    const names = folders.get(folder);
    if (names === undefined) folders.set(folder, [path.slice(slash + 1)]);
    else names.push(path.slice(slash + 1));
  }
  const found = [...folders].flatMap(([folder, names]) => {
    const pair = misplaced(names);
    return pair === undefined ? [] : [textOf(folder, pair)];
  });
  const rest = found.length - maxFolders;
  const more = `The same applies to ${formatCount(rest)} more ${rest === 1 ? "folder" : "folders"}.`;
  return [...found.slice(0, maxFolders), ...(rest > 0 ? [more] : [])].map((text) => ({ text }));
}

function hasOrder(path: string): boolean {
  return dataTypeOf(path) === "lidar" || SEQUENCE.test(path);
}

interface Pair {
  readonly first: string;
  readonly then: string;
}

function textOf(folder: string, { first, then }: Pair): string {
  const where = folder === "" ? "the root" : shown(folder);
  return `In ${where}, ${shown(first)} comes before ${shown(then)}, because names are sorted as text. If these are frames of a sequence, zero-pad the numbers (002 and 010).`;
}

interface Row {
  readonly name: string;
  readonly digits: string;
  readonly count: number;
  readonly pair?: Pair | undefined;
}

/** Two names that differ in one number, and sort against it. `names` are sorted as text. */
function misplaced(names: readonly string[]): Pair | undefined {
  const rows = new Map<string, Row>();
  for (const name of names) {
    for (const { rest, digits } of numbersIn(name)) {
      const last = rows.get(rest);
      const isBack = last !== undefined && compareDigits(last.digits, digits) > 0;
      const pair = last?.pair ?? (isBack ? { first: last.name, then: name } : undefined);
      const count = (last?.count ?? 0) + 1;
      if (pair !== undefined && count >= minFiles) return pair;
      rows.set(rest, { name, digits, count, pair });
    }
  }
  return undefined;
}

/** Each number of a name, with what stands around it. One with a fraction does not count frames. */
function numbersIn(name: string): readonly { readonly rest: string; readonly digits: string }[] {
  const found = [...name.matchAll(/(?<![\d.]|\d\.)\d+(?!\d|\.\d)/g)].slice(0, maxNumbers);
  return found.map(({ 0: digits, index }) => ({
    rest: `${name.slice(0, index)}\0${name.slice(index + digits.length)}`,
    digits: digits.replace(/^0+(?=\d)/, ""),
  }));
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}
