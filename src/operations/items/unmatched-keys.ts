// Of a dataset of which no item's key is like the path of a file: what that shows. A server may keep no keys, or name items
// itself; else they are other files. Keys alone show it where they are named as files are, contents where a store shows
// them. That the contents are the same does not show which file an item is: left and right may have changed places. Pure.
import type { DatasetItem } from "../../api/endpoints/datasets/items";
import { printable } from "../../redact";
import { counted, formatCount } from "../../text";

type Files = ReadonlyMap<string, number>;

/** Items of which none is known to be one of the files. */
export interface Unmatched {
  /** Whether there are any. */
  readonly areListed: boolean;
  /** The keys of those that have one, or in their place the paths in their URLs. */
  readonly keys: readonly string[];
  /** Whether these are paths in URLs. @default false */
  readonly areOfUrls?: boolean | undefined;
  /** Whether all are named as files are, and not as a server names what it is sent: most likely they are other files. */
  readonly areFileNames: boolean;
  /** Of the items, as far as they are known. */
  readonly sizes: readonly (number | undefined)[];
  /** What Avala reports of the dataset, as sentences. */
  readonly reported?: string | undefined;
}

/** What a store has shown of the items. */
export interface ShownContents {
  /** Files whose content an item has. */
  readonly same: ReadonlySet<string>;
  /** Items that have the content of none of the files, as their keys say. */
  readonly others: readonly string[];
  /** Items of which it does not show whether they have the content of a file. */
  readonly unshown: number;
  /** Whether it shows no content at all: then sizes are all that there is. */
  readonly isMute: boolean;
  /** Of the items, as far as it shows them. */
  readonly sizes: readonly (number | undefined)[];
}

const nothingShown: ShownContents = {
  same: new Set(),
  others: [],
  unshown: 0,
  isMute: true,
  sizes: [],
};

interface Concluded {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly uncompared: number;
  readonly doubt?: string | undefined;
}

const UUID = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/i;
// With a letter: else it may as well be the time at which a camera took it.
const HASH = /^(?=.*[a-f])[0-9a-f]{16,}$/i;
const FRAME = /^frame-\d+\.json$/i;

/** Whether it is made of what a server counts or draws, as `0b1c…-….jpg` or `frame-0.json`. */
export function isServerName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const stem = name.replace(/\..*$/s, "");
  return UUID.test(path) || HASH.test(stem) || FRAME.test(name);
}

/** Whether the keys are a server's own names. Where files are named so too, nothing shows that. */
export function areServerNames(keys: readonly string[], paths: Iterable<string>): boolean {
  return keys.length > 0 && keys.every(isServerName) && ![...paths].some(isServerName);
}

/** @param isFileName whether a key is the name of a file of the dataset's type */
export function describeUnmatched(
  files: Files,
  items: readonly Pick<DatasetItem, "key" | "sizeBytes">[],
  isFileName: (key: string) => boolean,
): Unmatched {
  const keys = items.flatMap(({ key }) => key ?? []);
  const areNames = keys.length === items.length && keys.every(isFileName);
  const sizes = items.map(({ sizeBytes }) => sizeBytes);
  const areFileNames = areNames && keys.length > 0 && !areServerNames(keys, files.keys());
  return { areListed: items.length > 0, keys, areFileNames, sizes };
}

function inOrder(sizes: readonly number[]): string {
  return [...sizes].sort((a, b) => a - b).join();
}

function areSizesKnown(sizes: Unmatched["sizes"], count: number): sizes is readonly number[] {
  return sizes.length === count && !sizes.includes(undefined);
}

/** Whether the items have other sizes than the files: then they are other files. */
export function hasOtherSizes(files: Files, { sizes }: Pick<Unmatched, "sizes">): boolean {
  return areSizesKnown(sizes, files.size) && inOrder(sizes) !== inOrder([...files.values()]);
}

/** Whether their sizes are those of the files, and differ so much among themselves that this is hardly chance. */
function hasSameSizes(files: Files, sizes: Unmatched["sizes"]): boolean {
  if (files.size < 2 || !areSizesKnown(sizes, files.size)) return false;
  return new Set(sizes).size * 2 > files.size && !hasOtherSizes(files, { sizes });
}

const maxNamed = 3;

/** `(one.jpg, two.jpg, three.jpg and 2 more)` */
function someOf(keys: readonly string[]): string {
  const named = keys.slice(0, maxNamed).map((key) => printable(key, 200));
  const more = keys.length - named.length;
  return `(${named.join(", ")}${more > 0 ? ` and ${formatCount(more)} more` : ""})`;
}

/** As a clause: what the keys are, where none is a path. */
export function unmatchedText({ areListed, keys, areOfUrls = false }: Unmatched): string {
  if (!areListed) return "Avala does not list its items";
  if (keys.length === 0) return "its items have no keys";
  const what = areOfUrls ? "the paths in its items' URLs" : "its items' keys";
  return `none of ${what} ${someOf(keys)} is the path of one of the files`;
}

interface Left {
  readonly left: number;
  readonly sizes: Unmatched["sizes"];
  readonly areFileNames: boolean;
}

function describeLeft(
  files: Files,
  isBySize: boolean,
  { left, sizes, areFileNames }: Left,
): string {
  if (left === 0)
    return areFileNames
      ? "Their contents are those of the files: either Avala has renamed them, or they were sent under other names"
      : "Their contents are those of the files, but nothing shows which of the items is which file";
  if (isBySize) return "Their sizes are those of the files, so Avala may have renamed them";
  const text = `For ${counted(left, "file")}, nothing shows whether ${left === 1 ? "it is" : "they are"} among them`;
  if (!hasOtherSizes(files, { sizes })) return text;
  return `${text}. Their URLs lead to contents of other sizes: to other files, or to previews`;
}

/** What is missing and extra in such a dataset, and of how many of the files it can't be known. */
export function concludeUnmatched(
  files: Files,
  unmatched: Unmatched,
  { same, others, unshown, isMute, sizes }: ShownContents = nothingShown,
): Concluded {
  const { keys, areFileNames, reported } = unmatched;
  const left = [...files.keys()].filter((path) => !same.has(path));
  if (others.length > 0)
    return { missing: unshown === 0 ? left : [], extra: others, uncompared: left.length };
  const areSized = hasSameSizes(files, unmatched.sizes) || hasSameSizes(files, sizes);
  // All files of no bytes have the same content.
  const isSame = [...same].some((path) => files.get(path) !== 0);
  if (areFileNames && !isSame && !(isMute && areSized))
    return { missing: left, extra: keys, uncompared: 0 };
  const texts = [
    unmatchedText(unmatched),
    describeLeft(files, areFileNames && !isSame, { left: left.length, sizes, areFileNames }),
  ];
  const doubt = [...texts, ...(reported === undefined ? [] : [reported])].join(". ");
  return { missing: [], extra: [], uncompared: files.size, doubt };
}
