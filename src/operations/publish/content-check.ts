// Whether what a store keeps of a dataset's items is what was sent, or the content of local files: by the size and the ETag
// that a request of one byte returns. Costs no API call but the list of the items; the key is never sent.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { listItems, type DatasetItem } from "../../api/endpoints/datasets/items";
import { isEtagMd5, readStored } from "../../api/storage/stored-object";
import { ignoreRefused, readUnderOwner, type OwnerWanted } from "../datasets/dataset-ref";
import { isAvalaError } from "../../errors";
import { runPool } from "../../flow/pool";
import { readUntil } from "../../flow/disk/reading-disk";
import { retry } from "../../flow/retry";
import type { ItemComparison } from "../items/item-comparison";
import { matchKeys } from "../items/item-keys";
import {
  isEtagMute,
  isTagged,
  md5Of as md5Tagged,
  type PlaceTag,
  type PlaceTags,
} from "../../upload/check/place-tag";
import { isSmall, retryOn } from "../../upload/send/attempt";
import type { UploadFile } from "../../upload/request";
import { md5Of } from "../../upload/send/chunks";
import type { NamedFile } from "./target";

export const STORE_CONCURRENCY = 8;
const MAX_TRIES = 3;
// A store whose ETags are not MD5s would be asked for each file to no end.
export const MAX_UNLIKE_BEFORE_ALIKE = 16;
// Enough for a refusal, which names ten.
const MAX_WRONG_SIZES = 16;

interface ContentComparison {
  /** Files whose content the store keeps. */
  readonly same: ReadonlySet<string>;
  /** Files of which it keeps something else; known only where it has shown that its ETags are MD5s. Some, where all are. */
  readonly others: readonly string[];
  /** Files of which it keeps another size: that is other content whatever its ETags are. The first few. */
  readonly wrongSize: readonly string[];
  /** Of the files with tags those of which it has shown none of this, nor that it keeps the object that was sent. */
  readonly unshown: readonly string[];
}

function hasPlace(file: NamedFile): file is UploadFile {
  return "absolutePath" in file;
}

/**
 * `kept`: the object that was sent, by an ETag that need not be an MD5. `of-size`: in parts, where the size is all that a store
 * shows. `other` means something only where the store has shown that its ETags are MD5s.
 */
export type Likeness = "same" | "kept" | "of-size" | "other" | "wrong-size";

/** A file that is listed as an item. */
interface Listed {
  readonly file: NamedFile;
  readonly url: string | undefined;
  /** What the store called it when it was sent, as far as that is known. */
  readonly tag?: PlaceTag | undefined;
}

/** The same with the URL of the item that it is held against. */
type Stored = Listed & { readonly url: string };

/**
 * `undefined` where the store does not say. What a file's own reading throws comes through.
 * @param canRead whether the file's content may be read; else its size and its tag are all that is held against it. @default
 * true
 */
export async function likenessOf(
  avala: Avala,
  { file, url, tag }: Stored,
  canRead = true,
): Promise<Likeness | undefined> {
  const options = { ...retryOn(avala, `look at ${file.path}`, avala.signal), maxTries: MAX_TRIES };
  let stored: Awaited<ReturnType<typeof readStored>>;
  try {
    stored = await retry(() => readStored(avala, url), options);
  } catch (error) {
    ignoreUnread(error);
    return undefined; // the file counts as not compared
  }
  if (stored?.sizeBytes !== undefined && stored.sizeBytes !== file.sizeBytes) return "wrong-size";
  const tagged = tag === undefined ? undefined : md5Tagged(tag);
  if (tag !== undefined && isTagged(tag, stored?.etag))
    return tagged === undefined ? "kept" : "same";
  const isMute = tag !== undefined && isEtagMute(tag, stored);
  if (isMute && stored?.sizeBytes !== undefined) return "of-size";
  const read = async (): Promise<string | undefined> =>
    canRead && hasPlace(file) ? md5Of(readUntil(avala.disk, avala.signal), file) : undefined;
  const md5 = stored?.md5 === undefined ? undefined : (tagged ?? (await read()));
  if (md5 === undefined) return undefined;
  return stored?.md5 === md5 ? "same" : "other";
}

interface Expected {
  readonly files: readonly NamedFile[];
  /** Whose the dataset is. */
  readonly owner: OwnerWanted;
  /** Of the files that are compared. @default all files are, by their content */
  readonly tags?: PlaceTags | undefined;
  /** What a list of the items has shown. @default they are listed */
  readonly listed?: ItemComparison["listed"];
}

/** A list that the server does not give shows nothing. */
function ignoreUnlisted(error: unknown): readonly never[] {
  if (isAvalaError(error) && error.code === "bad_reply") return [];
  return ignoreRefused(error) ?? [];
}

async function listUrls(
  avala: Avala,
  dataset: Dataset,
  { files, owner }: Expected,
): Promise<readonly Pick<DatasetItem, "key" | "url">[]> {
  return readUnderOwner(avala, dataset, owner, async (ref) => {
    const read: Pick<DatasetItem, "key" | "url">[] = [];
    for await (const { key, url } of listItems(avala, ref, { expected: files.length }))
      read.push({ key, url });
    return read;
  }).catch(ignoreUnlisted);
}

async function findListed(
  avala: Avala,
  dataset: Dataset,
  expected: Expected,
): Promise<readonly Listed[]> {
  const { files, tags } = expected;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const items = expected.listed ?? (await listUrls(avala, dataset, expected));
  const matches = matchKeys(
    byPath.keys(),
    items.map(({ key }) => key),
  );
  return matches.flatMap((match, index) => {
    const file = match.kind === "path" ? byPath.get(match.path) : undefined;
    if (file === undefined || tags?.has(file.path) === false) return [];
    return [{ file, url: items[index]?.url, tag: tags?.get(file.path) }];
  });
}

type Seen = Readonly<Record<Likeness, Stored[]>>;

/** Holds each against what its store says, until that is enough. */
async function lookAt(avala: Avala, found: readonly Listed[]): Promise<Seen> {
  const seen: Seen = { same: [], kept: [], "of-size": [], other: [], "wrong-size": [] };
  const { same, other, "wrong-size": wrongSize } = seen;
  const pool = { concurrency: STORE_CONCURRENCY, signal: avala.signal };
  await runPool(found, pool, async ({ file, url, tag }) => {
    const isUnlike = same.length === 0 && other.length >= MAX_UNLIKE_BEFORE_ALIKE;
    // A tag is known without reading the file.
    const isKnown = wrongSize.length >= MAX_WRONG_SIZES || (isUnlike && tag === undefined);
    if (url === undefined || isKnown) return;
    const stored = { file, url, tag };
    const likeness = await likenessOf(avala, stored, !isUnlike);
    if (likeness !== undefined) seen[likeness].push(stored);
  });
  return seen;
}

/**
 * Whether the store's ETags are MD5s: it has shown that by a file that is the same, or in this session. Where all of them are
 * other content, the smallest is read to see.
 */
async function areMd5s(avala: Avala, { same, other }: Seen): Promise<boolean> {
  if (same.length > 0) return true;
  const [smallest] = [...other].sort((one, two) => one.file.sizeBytes - two.file.sizeBytes);
  if (smallest === undefined) return false;
  const { url, file } = smallest;
  const { host } = new URL(url); // it was read
  if (avala.remembered.stores?.get(host)?.etags === "md5") return true;
  if (!isSmall(file)) return false;
  const options = { ...retryOn(avala, `read ${file.path}`, avala.signal), maxTries: MAX_TRIES };
  return retry(() => isEtagMd5(avala, url), options).catch(ignoreUnread);
}

/** It is advice. @throws AvalaError `cancelled`; what is none */
function ignoreUnread(error: unknown): false {
  if (!isAvalaError(error) || error.code === "cancelled") throw error;
  return false;
}

const pathsOf = (found: readonly Listed[]): string[] => found.map(({ file }) => file.path).sort();

/** @throws AvalaError `file_changed` when a file is not what its manifest says; ApiError of the list */
export async function compareContents(
  avala: Avala,
  dataset: Dataset,
  expected: Expected,
): Promise<ContentComparison> {
  const found = await findListed(avala, dataset, expected);
  const seen = await lookAt(avala, found);
  const { same, kept, "of-size": ofSize, other, "wrong-size": wrongSize } = seen;
  const others = (await areMd5s(avala, seen)) ? other : [];
  const shown = new Set(pathsOf([...same, ...kept, ...ofSize, ...others, ...wrongSize]));
  return {
    same: new Set(pathsOf([...same, ...kept])),
    others: pathsOf(others),
    wrongSize: pathsOf(wrongSize),
    unshown: pathsOf(found.filter(({ file, tag }) => tag !== undefined && !shown.has(file.path))),
  };
}
