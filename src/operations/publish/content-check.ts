// Whether what a store keeps of a dataset's items is the content of local files: by the size and the ETag that a request
// of one byte returns. Costs no API call but the list of the items; the key is never sent.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/dataset-wire";
import { listItems, type DatasetItem } from "../../api/endpoints/items";
import { readStored } from "../../api/storage/stored-object";
import { ignoreRefused, readUnderOwner, type OwnerWanted } from "../dataset-ref";
import { isAvalaError } from "../../errors";
import { runPool } from "../../flow/pool";
import { readUntil } from "../../flow/reading-disk";
import { retry } from "../../flow/retry";
import { matchKeys } from "../item-keys";
import { retryOn } from "../../upload/send/attempt";
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
  /** Files of which it keeps something else; known only where it has shown that its ETags are MD5s. */
  readonly others: readonly string[];
  /** Files of which it keeps another size: that is other content whatever its ETags are. The first few. */
  readonly wrongSize: readonly string[];
}

function hasPlace(file: NamedFile): file is UploadFile {
  return "absolutePath" in file;
}

export type Likeness = "same" | "other" | "wrong-size";

/** A file, and the URL of the item that it is held against. */
export interface Stored {
  readonly file: NamedFile;
  readonly url: string;
}

/**
 * `undefined` where the store does not say. `other` means something only where the store has shown that its ETags are MD5s.
 * What a file's own reading throws comes through.
 * @param canRead whether the file's content may be read; else its size is all that is held against it. @default true
 */
export async function likenessOf(
  avala: Avala,
  { file, url }: Stored,
  canRead = true,
): Promise<Likeness | undefined> {
  const options = { ...retryOn(avala, `look at ${file.path}`, avala.signal), maxTries: MAX_TRIES };
  let stored: Awaited<ReturnType<typeof readStored>>;
  try {
    stored = await retry(() => readStored(avala, url), options);
  } catch (error) {
    if (!isAvalaError(error) || error.code === "cancelled") throw error;
    return undefined; // it is advice: the file counts as not compared
  }
  if (stored?.sizeBytes !== undefined && stored.sizeBytes !== file.sizeBytes) return "wrong-size";
  if (!canRead || stored?.md5 === undefined || !hasPlace(file)) return undefined;
  const md5 = await md5Of(readUntil(avala.disk, avala.signal), file);
  if (md5 === undefined) return undefined;
  return stored.md5 === md5 ? "same" : "other";
}

export interface Expected {
  readonly files: readonly NamedFile[];
  /** Whose the dataset is. */
  readonly owner: OwnerWanted;
}

/** A list that the server does not give shows nothing. */
function ignoreUnlisted(error: unknown): readonly never[] {
  if (isAvalaError(error) && error.code === "bad_reply") return [];
  return ignoreRefused(error) ?? [];
}

async function findStored(
  avala: Avala,
  dataset: Dataset,
  { files, owner }: Expected,
): Promise<readonly Stored[]> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const items = await readUnderOwner(avala, dataset, owner, async (ref) => {
    const read: Pick<DatasetItem, "key" | "url">[] = [];
    for await (const { key, url } of listItems(avala, ref, { expected: files.length }))
      read.push({ key, url });
    return read;
  }).catch(ignoreUnlisted);
  const matches = matchKeys(
    byPath.keys(),
    items.map(({ key }) => key),
  );
  return matches.flatMap((match, index) => {
    const file = match.kind === "path" ? byPath.get(match.path) : undefined;
    const url = items[index]?.url;
    return file === undefined || url === undefined ? [] : [{ file, url }];
  });
}

/** @throws AvalaError `file_changed` when a file is not what its manifest says; ApiError of the list */
export async function compareContents(
  avala: Avala,
  dataset: Dataset,
  expected: Expected,
): Promise<ContentComparison> {
  const found = await findStored(avala, dataset, expected);
  const same = new Set<string>();
  const others: string[] = [];
  const wrongSize: string[] = [];
  const isKnown = (): boolean =>
    wrongSize.length >= MAX_WRONG_SIZES ||
    (same.size === 0 && others.length >= MAX_UNLIKE_BEFORE_ALIKE);
  const pool = { concurrency: STORE_CONCURRENCY, signal: avala.signal };
  await runPool(found, pool, async (stored) => {
    if (isKnown()) return;
    const { file } = stored;
    const likeness = await likenessOf(avala, stored);
    if (likeness === "same") same.add(file.path);
    if (likeness === "other") others.push(file.path);
    if (likeness === "wrong-size") wrongSize.push(file.path);
  });
  const known = same.size === 0 ? [] : others;
  return { same, others: known.sort(), wrongSize: wrongSize.sort() };
}
