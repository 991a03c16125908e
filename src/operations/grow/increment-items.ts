// The items of an increment, and which declared file each may be, by their keys and by what their URLs show of folders. Of
// contents it knows only the digest in the increment's name.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { AvalaError, isAvalaError } from "../../errors";
import { shortDigest } from "../../files/manifest/dataset-name";
import { createManifest, type Manifest } from "../../files/manifest/manifest";
import type { DataType } from "../../files/media";
import { isItemOf } from "../../files/scan/indexing";
import { printable } from "../../redact";
import { counted, formatCount } from "../../text";
import { waitForDataset } from "../datasets/dataset";
import type { OwnerWanted } from "../datasets/dataset-ref";
import { alteredPaths, folderBefore } from "../items/altered-keys";
import { matchKeys, matchWholeKeys } from "../items/item-keys";
import { listFacts } from "../items/item-reads";
import type { ItemFacts } from "../items/key-comparison";
import { areServerNames } from "../items/unmatched-keys";
import { withWholeKeys } from "../items/whole-keys";
import { msOf, type WaitMs } from "../wait";
import type { GrowingFile } from "./growth";

/** One item, and the declared file that it may be. */
export interface Seen {
  readonly path: string;
  /** The path of its file, where that is a guess and `path` is its key. */
  readonly as?: string | undefined;
  readonly item: ItemFacts;
  readonly file?: GrowingFile | undefined;
  /** The declared paths that its key may be made of, where these are several, or it is one of several items of that key. */
  readonly candidates?: readonly string[] | undefined;
}

export type Files = ReadonlyMap<string, GrowingFile>;

// What costs least comes first. Deleting it is the last way, since annotations go with it; another set would cost those of all.
const DELETE =
  "delete it in Avala, after an export if it has annotations: its files are then sent again, in another dataset of the set";
const NO_RECORD_HINT = `Nothing was sent. Restore the record that its runs kept (the state folder, AVALA_STATE_DIR, or the state of the Pulumi stack). Or run once with the files as they were when it was made, without those that are new since: the digest in its name then shows what it holds. If neither is possible, ${DELETE}.`;

function notReadable({ name, uid }: Dataset, why: string, { isRefuted }: Refuted): AvalaError {
  const which = `${printable(name)} (uid ${printable(uid)})`;
  return isRefuted
    ? new AvalaError(
        "dataset",
        `Increment ${which} does not hold what was sent for it, and what it holds can't be determined: ${why}.`,
        { hint: `Nothing was sent. To go on, ${DELETE}.` },
      )
    : new AvalaError(
        "dataset",
        `The contents of increment ${which} can't be determined: ${why}, and there is no record here of what was sent for it.`,
        { hint: NO_RECORD_HINT },
      );
}

export interface Refuted {
  /** Whether a look has shown that it does not hold what its name says. */
  readonly isRefuted: boolean;
}

interface Listing extends Refuted {
  readonly owner: OwnerWanted;
  readonly dataType: DataType;
  readonly waitMs: () => WaitMs;
  /** Whether all of it is held against what stores keep. */
  readonly areAsked: boolean;
}

async function itemsOf(
  avala: Avala,
  dataset: Dataset,
  files: Files,
  { owner, areAsked, waitMs, isRefuted }: Listing,
): Promise<readonly ItemFacts[]> {
  const { itemCount: expected } = dataset;
  const asking = { hasUrls: true, comparedTo: areAsked ? files : undefined };
  const listing = { owner, expected, ...asking, waitMs: waitMs() };
  const items = await listFacts(avala, dataset, listing);
  if (items === undefined)
    throw notReadable(dataset, "Avala does not list its items", { isRefuted });
  return items;
}

/** What is not listed may be there all the same. @throws AvalaError `dataset` */
function requireWhole(dataset: Dataset, items: readonly ItemFacts[]): void {
  if (dataset.isSequence === true || items.length >= dataset.itemCount) return;
  const counts = `${counted(dataset.itemCount, "item")} and lists ${formatCount(items.length)}`;
  throw new AvalaError(
    "dataset",
    `The contents of increment ${printable(dataset.name)} (uid ${printable(dataset.uid)}) can't be determined: Avala counts ${counts}.`,
    { hint: "Nothing was sent. Run again in a few minutes: Avala may still be listing it." },
  );
}

/** Why it can't be known which files its items are; `undefined` where it can. */
function whyNoPaths(
  dataset: Dataset,
  items: readonly ItemFacts[],
  files: Files,
  dataType: DataType,
): string | undefined {
  if (dataset.isSequence === true) return "it is a sequence dataset, whose items are frames";
  if (items.some(({ key }) => key === undefined)) return "Avala lists its items without keys";
  const keys = items.map(({ key = "" }) => key);
  const isPath = (key: string): boolean => files.has(key) || isItemOf(key, dataType);
  if (!keys.every(isPath)) return "the keys of its items are not paths";
  return areServerNames(keys, files.keys())
    ? "the keys of its items are UUIDs or digests, which Avala may have given them in place of their paths"
    : undefined;
}

/**
 * Whether keys are whole paths, as one that is a path with a folder shows: then any other key of the set is one as well. For
 * an increment of which some files are gone that spares building all tails of all declared paths.
 */
export function areWholePaths(lists: readonly (readonly ItemFacts[])[], files: Files): boolean {
  return (
    lists.some((items) => items.some(({ key = "" }) => key.includes("/") && files.has(key))) &&
    lists.every((items) => new Set(items.map(({ key }) => key)).size === items.length)
  );
}

/**
 * Which declared file each item may be; an item of no declared file is at the path that its key is.
 * @param areWhole whether keys are known to be whole paths
 */
function seenOf(
  name: string,
  items: readonly ItemFacts[],
  files: Files,
  areWhole: boolean,
): readonly Seen[] {
  const keys = items.map(({ key = "" }) => key);
  const matches = areWhole ? matchWholeKeys(files, keys) : matchKeys(files.keys(), keys);
  const before = folderBefore(keys, matches, name);
  const ownPart = (key: string): string => key.slice(before.length);
  const taken = new Set(matches.flatMap((match) => (match.kind === "path" ? match.path : [])));
  const strange = keys.flatMap((key, index) =>
    matches[index]?.kind === "none" ? ownPart(key) : [],
  );
  const left = strange.length === 0 ? [] : [...files.keys()].filter((path) => !taken.has(path));
  // Of keys that have folders another folder is another file, as yesterday's and today's.
  const keepsFolders = areWhole || keys.some((key) => ownPart(key).includes("/"));
  const altered =
    left.length === 0 ? new Map<string, string>() : alteredPaths(strange, left, { keepsFolders });
  // Also of the first item of a key, which may be a path itself: that need not be the one.
  const unclear = new Map(
    matches.flatMap((match, index) =>
      match.kind === "unclear" ? [[keys[index] ?? "", match.candidates] as const] : [],
    ),
  );
  return items.map((item, index): Seen => {
    const { key = "" } = item;
    const match = matches[index];
    const candidates = unclear.get(key);
    if (candidates !== undefined) return { path: key, item, candidates };
    const path = match?.kind === "path" ? match.path : (altered.get(ownPart(key)) ?? key);
    return { path, item, file: files.get(path) };
  });
}

/** The declared files at the paths of its items, if the digest in its name is theirs. */
function filesOfName(seen: readonly Seen[], shortOfName: string): Manifest | undefined {
  const files = seen.flatMap(({ file }) => file ?? []);
  if (files.length < seen.length || new Set(files).size < files.length) return undefined;
  const manifest = createManifest(files);
  return shortDigest(manifest.digest) === shortOfName ? manifest : undefined;
}

export interface SeenItems {
  readonly seen: readonly Seen[];
  /** All of them, if the digest in the increment's name is theirs. */
  readonly ofName: Manifest | undefined;
}

/**
 * Keys in place of paths that are only their guesses. Those of a server that puts the dataset's name before each path are none,
 * nor those of a server that gives several files one key.
 */
function withKeys({ name }: Dataset, seen: readonly Seen[]): readonly Seen[] {
  if (new Set(seen.map(({ item }) => item.key)).size < seen.length) return seen;
  return seen.map((one): Seen => {
    const { path, item, candidates } = one;
    const { key = path } = item;
    const isKnown = candidates !== undefined || key === path || key === `${name}/${path}`;
    return isKnown ? one : { ...one, path: key, as: path };
  });
}

/**
 * By keys where the increment's name shows that these are the files that it was made of, or where they are known to be whole
 * paths, else also by the folders of URLs.
 */
export function identify(
  dataset: Dataset,
  items: readonly ItemFacts[],
  files: Files,
  { shortOfName, areWhole }: { readonly shortOfName: string; readonly areWhole: boolean },
): SeenItems {
  const { name } = dataset;
  const byKeys = seenOf(name, items, files, areWhole);
  const ofName = filesOfName(byKeys, shortOfName);
  if (ofName !== undefined) return { seen: byKeys, ofName };
  const whole = areWhole ? undefined : withWholeKeys(items, files, name);
  if (whole === undefined) return { seen: withKeys(dataset, byKeys), ofName };
  const seen = seenOf(name, whole, files, true);
  const named = filesOfName(seen, shortOfName);
  return { seen: named === undefined ? withKeys(dataset, seen) : seen, ofName: named };
}

/**
 * Lists the items of an increment that was created, or that the server gave up on.
 * @throws AvalaError `dataset` where its items' keys are not paths, or not all of them are listed
 */
export async function listItems(
  avala: Avala,
  dataset: Dataset,
  files: Files,
  listing: Listing,
): Promise<readonly ItemFacts[]> {
  const items = await itemsOf(avala, dataset, files, listing);
  // One that the server gave up on has what it lists.
  if (dataset.status === "created") requireWhole(dataset, items);
  const why = whyNoPaths(dataset, items, files, listing.dataType);
  if (why !== undefined) throw notReadable(dataset, why, listing);
  return items;
}

/** One that the server gave up on has the items that it has: the rest is sent again. */
export async function whenCreated(
  avala: Avala,
  found: Dataset,
  waitMs: () => WaitMs,
): Promise<Dataset> {
  if (found.status === "created") return found;
  try {
    return await waitForDataset(avala, found, { timeoutMs: msOf(waitMs()) });
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "dataset") throw error;
    const text = `${error.message} Files that it lacks are sent again, in another dataset of the set.`;
    // Frames don't show which these are.
    if (found.isSequence !== true) avala.emit({ kind: "warning", text });
    return found;
  }
}
