// What an increment holds of which no record is there: its items are listed once, and held against the declared files by the
// digest in its name, else by what the store says of each item. What can't be compared stays unknown.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { AvalaError, isAvalaError } from "../../errors";
import { createManifest } from "../../files/manifest/manifest";
import { shortDigest } from "../../files/manifest/dataset-name";
import type { DataType } from "../../files/media";
import { isItemOf } from "../../files/scan/indexing";
import { runPool } from "../../flow/pool";
import { printable } from "../../redact";
import { counted, formatCount } from "../../text";
import { alteredPaths, folderBefore } from "../items/altered-keys";
import { waitForDataset } from "../datasets/dataset";
import type { OwnerWanted } from "../datasets/dataset-ref";
import { tellComparing } from "../items/comparing";
import { matchKeys, type KeyMatch } from "../items/item-keys";
import { listFacts } from "../items/item-reads";
import type { ItemFacts } from "../items/key-comparison";
import {
  hostOf,
  isDifference,
  type Likeness,
  type StoreHost,
  type StoreHosts,
} from "../items/store-hosts";
import { likenessOf, mayRead, STORE_CONCURRENCY } from "../publish/content-check";
import type { FoundIncrement } from "./find-increments";
import type { GrowingFile } from "./growth";
import type { HeldEntry } from "./growth-plan";

interface LookTerms {
  readonly owner: OwnerWanted;
  readonly dataType: DataType;
  readonly waitMs: () => number;
  readonly hosts: StoreHosts;
}

/** One item, and the declared file that it may be. */
interface Seen {
  readonly path: string;
  readonly item?: ItemFacts | undefined;
  readonly file?: GrowingFile | undefined;
}

type Files = ReadonlyMap<string, GrowingFile>;

function notReadable({ name, uid }: Dataset, why: string): AvalaError {
  return new AvalaError(
    "dataset",
    `The contents of increment ${printable(name)} (uid ${printable(uid)}) can't be determined: ${why}, and there is no record here of what was sent for it.`,
    {
      hint: "Nothing was sent. Restore the record that its runs kept (the state folder, AVALA_STATE_DIR, or the state of the Pulumi stack), or begin another set under another name.",
    },
  );
}

async function itemsOf(
  avala: Avala,
  dataset: Dataset,
  owner: OwnerWanted,
): Promise<readonly ItemFacts[]> {
  const listing = { owner, expected: dataset.itemCount, hasUrls: true };
  const items = await listFacts(avala, dataset, listing);
  if (items === undefined) throw notReadable(dataset, "Avala does not list its items");
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

/** @throws AvalaError `dataset` where keys are not paths */
function requirePaths(
  dataset: Dataset,
  items: readonly ItemFacts[],
  { isPath }: { readonly isPath: (key: string) => boolean },
): void {
  if (dataset.isSequence === true)
    throw notReadable(dataset, "it is a sequence dataset, whose items are frames");
  if (items.some(({ key }) => key === undefined))
    throw notReadable(dataset, "Avala lists its items without keys");
  if (!items.every(({ key = "" }) => isPath(key)))
    throw notReadable(dataset, "the keys of its items are not paths");
}

/**
 * What each key stands for. One that is a path with a folder shows that keys are whole paths, and then any other key is one
 * as well: for an increment of which some files are gone that spares building all tails of all declared paths.
 */
function matchesOf(items: readonly ItemFacts[], files: Files): readonly KeyMatch[] {
  const keys = items.map(({ key }) => key);
  const areWhole =
    new Set(keys).size === keys.length &&
    keys.some((key = "") => key.includes("/") && files.has(key));
  if (!areWhole) return matchKeys(files.keys(), keys);
  return keys.map((key = "") => (files.has(key) ? { kind: "path", path: key } : { kind: "none" }));
}

/** Which declared file each item may be; an item of no declared file is at the path that its key is. */
function seenOf(name: string, items: readonly ItemFacts[], files: Files): readonly Seen[] {
  const matches = matchesOf(items, files);
  const keys = items.map(({ key = "" }) => key);
  const before = folderBefore(keys, matches, name);
  const ownPart = (key: string): string => key.slice(before.length);
  const taken = new Set(matches.flatMap((match) => (match.kind === "path" ? match.path : [])));
  const strange = keys.flatMap((key, index) =>
    matches[index]?.kind === "none" ? ownPart(key) : [],
  );
  const left = strange.length === 0 ? [] : [...files.keys()].filter((path) => !taken.has(path));
  // Of keys that have folders another folder is another file, as yesterday's and today's.
  const keepsFolders = keys.some((key) => ownPart(key).includes("/"));
  const altered =
    left.length === 0 ? new Map<string, string>() : alteredPaths(strange, left, { keepsFolders });
  return items.flatMap((item, index): readonly Seen[] => {
    const { key = "" } = item;
    const match = matches[index];
    if (match?.kind === "unclear") return match.candidates.map((path) => ({ path }));
    const path = match?.kind === "path" ? match.path : (altered.get(ownPart(key)) ?? key);
    return [{ path, item, file: files.get(path) }];
  });
}

/** Keys that are bare names say of files that share a name only that one of them is there. */
function reportUnclear(avala: Avala, { name, uid }: Dataset, seen: readonly Seen[]): void {
  const paths = [...new Set(seen.flatMap(({ path, item }) => (item === undefined ? path : [])))];
  if (paths.length === 0) return;
  const named = paths
    .slice(0, 2)
    .map((path) => printable(path))
    .join(" or ");
  avala.emit({
    kind: "warning",
    text: `Items of ${printable(name)} (uid ${printable(uid)}) have keys that match several files, for example ${named}. Without the record of what was sent, it is not known which of ${counted(paths.length, "file")} it holds, so they are neither compared nor sent. To have them compared, give the files different names, or keep the folder AVALA_STATE_DIR between runs.`,
  });
}

/** Whether the digest in the name is that of the declared files at the paths of its items: then they are its content. */
function isProvenByName(seen: readonly Seen[], digest: string): boolean {
  const files = seen.flatMap(({ file, item }) => (item !== undefined && file) || []);
  if (files.length < seen.length || new Set(files).size < files.length) return false;
  return shortDigest(createManifest(files).digest) === digest;
}

async function likenesses(
  avala: Avala,
  seen: readonly Seen[],
  hosts: StoreHosts,
  onLooked: () => void,
): Promise<ReadonlyMap<Seen, Likeness>> {
  const found = new Map<Seen, Likeness>();
  const options = { concurrency: STORE_CONCURRENCY, signal: avala.signal };
  await runPool(seen, options, async (one) => {
    const { file, item } = one;
    if (file === undefined || item === undefined) return;
    const { url } = item;
    // Where Avala itself lists another size, that is known.
    if (item.sizeBytes !== undefined && item.sizeBytes !== file.sizeBytes) return;
    const host = hostOf(hosts, url);
    const stored = url === undefined ? undefined : { file, url };
    const likeness = stored && (await likenessOf(avala, stored, { hosts, canRead: mayRead(host) }));
    onLooked();
    if (likeness !== undefined) found.set(one, likeness);
  });
  return found;
}

/** One that the server gave up on has the items that it has: the rest is sent again. */
async function whenCreated(avala: Avala, found: Dataset, waitMs: () => number): Promise<Dataset> {
  if (found.status === "created") return found;
  try {
    return await waitForDataset(avala, found, { timeoutMs: waitMs() });
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "dataset") throw error;
    const text = `${error.message} Files that it lacks are sent again, in another dataset of the set.`;
    avala.emit({ kind: "warning", text });
    return found;
  }
}

/** What it holds, once it is asked for: when all stores were asked, `hosts` has what their word is worth. */
type Look = () => readonly HeldEntry[];

/**
 * Lists the items of an increment and compares what can be compared. Its owner not known, nothing is.
 * @throws AvalaError `dataset` where its items' keys are not paths, `timeout` while it is not created, `file_changed`
 */
export async function lookInto(
  avala: Avala,
  { dataset: found, shortDigest: digest, isOwnerKnown }: FoundIncrement,
  files: Files,
  { owner, dataType, waitMs, hosts }: LookTerms,
): Promise<Look> {
  const dataset = await whenCreated(avala, found, waitMs);
  const items = await itemsOf(avala, dataset, owner);
  const isCreated = dataset.status === "created";
  // One that the server gave up on has what it lists.
  if (isCreated) requireWhole(dataset, items);
  const isPath = (key: string): boolean => files.has(key) || isItemOf(key, dataType);
  requirePaths(dataset, items, { isPath });
  const seen = seenOf(dataset.name, items, files);
  reportUnclear(avala, dataset, seen);
  if (!isOwnerKnown) return () => seen.map(({ path }) => ({ path }));
  if (isProvenByName(seen, digest))
    return () => seen.flatMap(({ file }) => (file ? heldOf(file) : []));
  const asked = seen.filter(({ file, item }) => file !== undefined && item?.url !== undefined);
  const telling = tellComparing(avala, dataset.name, asked.length);
  const likeness = await likenesses(avala, seen, hosts, telling.next).finally(telling.end);
  return () => seen.map((one) => entryOf(one, likeness.get(one), hostOf(hosts, one.item?.url)));
}

function heldOf({ path, sizeBytes, sha256 }: GrowingFile): HeldEntry {
  return { path, sizeBytes, sha256 };
}

function entryOf(
  { path, file, item }: Seen,
  likeness: Likeness | undefined,
  host: StoreHost,
): HeldEntry {
  if (file !== undefined && likeness === "same") return heldOf(file);
  const notSha256 = isDifference(host, likeness) ? file?.sha256 : undefined;
  return { path, sizeBytes: item?.sizeBytes, notSha256 };
}
