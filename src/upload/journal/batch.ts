// The batch of a dataset's upload. The same content under the same name of the same owner names the same one, so that a run
// that resumes finds what has landed, on any machine; other content never meets it. A large file whose digest is not known
// before it is sent (`hashed.ts`) is named by what the disk says of it: then only a run on the same files resumes.
import { createHash } from "node:crypto";
import { hasContent } from "../../files/manifest/compare";
import type { ManifestEntry } from "../../files/manifest/manifest";
import type { Random } from "../../flow/clock";
import type { Destination } from "../destination";
import { BEGUN, type PartsByBatch, type Records } from "./journal-lines";

/** A version 4 UUID made of a sha256. */
function uuidFrom(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** The client-made uuid of a dataset's batch (docs/api.md, "Uploading files"). `digest`: of the whole set. */
export function batchUid(
  { baseUrl, owner = "", datasetName }: Destination,
  digest: string,
): string {
  const parts = JSON.stringify([baseUrl, owner, datasetName, digest]);
  return uuidFrom(createHash("sha256").update(parts).digest("hex"));
}

// All but the last group: 74 bits of the content.
const CONTENT_LENGTH = 24;

/**
 * The batch after `base`, where that is made of the content: the same one for all runs of it, so that two which give it up at the
 * same time still send in one.
 */
export function followingBatch(base: string): string {
  const following = createHash("sha256").update(`after ${base}`).digest("hex");
  return base.slice(0, CONTENT_LENGTH) + following.slice(0, base.length - CONTENT_LENGTH);
}

/** Another batch of the same content, which no other run knows: what the first one was may be lost. */
export function anotherBatch(base: string, random: Random): string {
  return base.slice(0, CONTENT_LENGTH) + random.uuid().slice(CONTENT_LENGTH);
}

/** Whether two batches are of the same content: one was made of the other by {@link anotherBatch}, or both of a third. */
export function isOfContent(base: string, uid: string): boolean {
  return uid.startsWith(base.slice(0, CONTENT_LENGTH));
}

/** Whether all that landed or was begun is of one content. By the first protocol nothing shows whose it is. */
export function isAllOfContent(
  { landed, batches }: Pick<Records, "landed" | "batches">,
  base: string,
): boolean {
  if (![...batches].every((uid) => isOfContent(base, uid))) return false;
  return [...landed.values()].every(({ batch }) => batch !== undefined);
}

/** Files of one batch that are known to have landed otherwise than by the journal. */
export interface LandedInBatch {
  /** The batch; absent: by the first protocol. */
  readonly uploadUid?: string | undefined;
  /** Each sha256 may be a prefix. */
  readonly entries: readonly ManifestEntry[];
}

/**
 * The batch that an upload continues with: the youngest of its content, or `base`. `undefined`: by the first protocol, for
 * some of these very files have landed that way, and never both in one dataset.
 */
export function batchToResume(
  base: string,
  files: Iterable<Omit<ManifestEntry, "sha256"> & { readonly sha256?: string | undefined }>,
  known: { readonly records?: Records | undefined; readonly stored?: LandedInBatch | undefined },
): string | undefined {
  const { records, stored } = known;
  const batches = [stored?.uploadUid, ...(records?.batches ?? [])];
  const youngest = batches.filter((uid) => uid !== undefined && isOfContent(base, uid)).at(-1);
  if (youngest !== undefined) return youngest;
  const landed = new Map(records?.landed);
  if (stored !== undefined && stored.uploadUid === undefined)
    for (const entry of stored.entries) landed.set(entry.path, entry);
  for (const { path, sizeBytes, sha256 = "" } of files) {
    const entry = landed.get(path);
    if (entry?.batch === undefined && hasContent(entry, { sizeBytes, sha256 })) return undefined;
  }
  return base;
}

/** Whether a file that had landed was begun in another batch since: a server that keeps one place for both may have it there. */
export function isBegunElsewhere(
  parts: PartsByBatch | undefined,
  batch: string | undefined,
): boolean {
  for (const [uid, ofBatch] of parts ?? []) if (uid !== batch && ofBatch.has(BEGUN)) return true;
  return false;
}

type KnownOfPaths = Pick<Records, "landed" | "replaced" | "parts">;

/** Whether the journal knows of something at a path that is not of this content in this batch, or was not when the file was begun in it. */
export function knowsOther(
  { landed, replaced, parts }: KnownOfPaths,
  path: string,
  batch: string | undefined,
): boolean {
  const begun = [...(parts.get(path) ?? [])];
  const isElsewhere = begun.some(([uid, ofBatch]) => uid !== batch || ofBatch.has(BEGUN));
  return landed.has(path) || replaced.has(path) || isElsewhere;
}

/**
 * Whether the file has landed in the batch with this content: by the journal, or by what is `stored` of the batch, unless the
 * journal knows of something else there.
 */
export function isIn(
  batch: string | undefined,
  {
    path,
    sizeBytes,
    sha256,
  }: Omit<ManifestEntry, "sha256"> & { readonly sha256?: string | undefined },
  {
    records,
    stored,
  }: {
    readonly records: KnownOfPaths | undefined;
    readonly stored: ReadonlyMap<string, ManifestEntry>;
  },
): boolean {
  if (sha256 === undefined) return false;
  const content = { sizeBytes, sha256 };
  const landed = records?.landed.get(path);
  const isMoved = isBegunElsewhere(records?.parts.get(path), batch);
  const isLanded = landed?.batch === batch && !isMoved && hasContent(landed, content);
  if (isLanded || (records !== undefined && knowsOther(records, path, batch))) return isLanded;
  return hasContent(stored.get(path), content);
}
