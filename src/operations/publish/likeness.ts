// What a file is to what a store keeps of it, by the size and the ETag that a request of one byte returns.
import type { Avala } from "../../api/connection";
import type { StoredObject } from "../../api/storage/stored-object";
import { dataTypeOf, isShownType, shownTypeOf, suffixOf } from "../../files/media";
import { readUntil } from "../../flow/disk/reading-disk";
import {
  isEtagMute,
  isTagged,
  md5Of,
  UNPROVEN,
  UNTAGGED,
  type PlaceTag,
} from "../../upload/check/place-tag";
import type { UploadFile } from "../../upload/request";
import { readMd5 } from "../../upload/send/chunks";
import { askStore } from "../items/ask-store";
import type { ItemFacts } from "../items/key-comparison";
import {
  kindOf,
  mayRead,
  mayReadForSize,
  noteLikeness,
  noteReadForSize,
  type Evidence,
  type Likened,
  type Likeness,
} from "../items/store-evidence";
import { evidenceOf, type StoreHosts } from "../items/store-hosts";
import type { NamedFile } from "./target";

// Of a larger one that its dataset's name vouches for, or whose item has another size, reading it once more would cost more than
// it may show.
const MAX_READ_OF_NAMED = 16 * 1024 * 1024;

/** Whether a file that its dataset's name vouches for may be read. */
export function mayReadNamed(evidence: Evidence, { sizeBytes }: { sizeBytes: number }): boolean {
  return mayRead(evidence) && sizeBytes <= MAX_READ_OF_NAMED;
}

export function hasPlace(file: NamedFile): file is UploadFile {
  return "absolutePath" in file;
}

/** A file that is listed as an item. */
export interface Listed extends Pick<ItemFacts, "stored"> {
  readonly file: NamedFile;
  readonly url: string | undefined;
  /** What the store called it when it was sent, as far as that is known. */
  readonly tag?: PlaceTag | undefined;
}

/** The same with the URL of the item that it is held against. */
export type Stored = Listed & { readonly url: string };

export interface Looking {
  readonly hosts: StoreHosts;
  readonly datasetUid: string;
  /** Whether the file's content may be read; else its size and its tag are all that is held against it. */
  readonly canRead: boolean;
  /** Whether no other content is sent to its place: where the store shows no MD5, its size is enough. @default false */
  readonly isNamed?: boolean | undefined;
}

export interface StoredLikeness extends Likened {
  /** As the store has it; `undefined` where it does not say. */
  readonly storedBytes: number | undefined;
  /** Whether the store calls it otherwise than when it was sent, where that was its MD5. */
  readonly isRetagged: boolean;
  /** Whether it is shown in another format than its suffix has: then its size is that of something else. */
  readonly isConverted: boolean;
  /** Whether it is an image by its name, and shown as one: then it may be shown scaled. */
  readonly isImage: boolean;
  /** Whether its ETag does not stand for its very bytes. */
  readonly isWeak: boolean;
}

/** `undefined` where the store does not say. What a file's own reading throws comes through. */
export async function likenessOf(
  avala: Avala,
  { file, url, tag, stored: known }: Stored,
  looking: Looking,
): Promise<StoredLikeness | undefined> {
  const { hosts, datasetUid } = looking;
  const stored = await askStore(avala, hosts, { url, stored: known });
  if (stored === undefined) return undefined;
  const evidence = evidenceOf(hosts, { url, datasetUid });
  const likeness = await likenessIn(avala, stored, { file, tag, evidence, ...looking });
  const kind = kindOf(evidence, file.path, stored);
  const { sizeBytes = 0 } = stored;
  const isSized = stored.sizeBytes !== undefined;
  // There is one empty content, so it says nothing of the others.
  if (stored.sizeBytes !== 0 || likeness !== "kept") {
    const isRightSize = stored.sizeBytes === file.sizeBytes;
    const isOfSize = tag === UNTAGGED || isSizeEnough(tag);
    const isSmaller = sizeBytes > 0 && sizeBytes < file.sizeBytes;
    noteLikeness({ likeness, kind }, { isRightSize, isOfSize, isSmaller });
  }
  // Without its size another MD5 may be that of a rendition.
  if (likeness === undefined || (likeness === "other" && !isSized)) return undefined;
  return {
    ...{ likeness, kind, storedBytes: stored.sizeBytes, isRetagged: isRetagged(tag, stored) },
    isConverted: isConverted(file.path, stored),
    isImage: dataTypeOf(file.path) === "image" && stored.contentType?.startsWith("image/") === true,
    isWeak: stored.etag?.startsWith("W/") === true,
  };
}

/** Whether nothing says that the store should call it otherwise than it does. */
function isSizeEnough(tag: PlaceTag | undefined): boolean {
  return tag === undefined || tag === UNPROVEN;
}

function isRetagged(tag: PlaceTag | undefined, { etag }: StoredObject): boolean {
  if (tag === undefined || etag === undefined || md5Of(tag) === undefined) return false;
  return !isTagged(tag, etag);
}

function isConverted(path: string, { contentType = "" }: StoredObject): boolean {
  return isShownType(contentType) && contentType !== shownTypeOf(suffixOf(path));
}

interface Comparing extends Looking, Pick<Listed, "file" | "tag"> {
  readonly evidence: Evidence;
}

/** Whether what has another size than the file has its MD5. */
async function isOfMd5(
  avala: Avala,
  { md5: shown }: StoredObject,
  { file, evidence, hosts }: Pick<Comparing, "file" | "evidence" | "hosts">,
): Promise<boolean> {
  if (shown === undefined || !hasPlace(file) || file.sizeBytes > MAX_READ_OF_NAMED) return false;
  const disk = readUntil(avala.disk, avala.signal);
  return hosts.reading(async () => {
    if (!mayReadForSize(evidence)) return false;
    const isSame = (await readMd5(disk, file)) === shown;
    noteReadForSize(evidence, isSame);
    return isSame;
  });
}

async function likenessIn(
  avala: Avala,
  stored: StoredObject,
  { file, tag, evidence, hosts, canRead, isNamed = false }: Comparing,
): Promise<Likeness | undefined> {
  const { sizeBytes, etag, md5: shown } = stored;
  const tagged = tag === undefined ? undefined : md5Of(tag);
  const isKept = tag !== undefined && isTagged(tag, etag);
  // Whatever the size: a server may scale an image down and leave it the ETag of the file.
  if (isKept && tagged !== undefined) return "same";
  if (sizeBytes !== undefined && sizeBytes !== file.sizeBytes) {
    const isSame =
      tagged === undefined && (await isOfMd5(avala, stored, { file, evidence, hosts }));
    if (isSame) return "same";
    return isKept ? "resized" : "wrong-size";
  }
  if (isKept) return "kept";
  if (sizeBytes === 0) return "kept";
  if (tag !== undefined && isEtagMute(tag, stored) && sizeBytes !== undefined) return "of-size";
  const read = async (): Promise<string | undefined> => {
    if (!canRead || !hasPlace(file)) return undefined;
    const disk = readUntil(avala.disk, avala.signal);
    return hosts.reading(async () => (mayRead(evidence) ? readMd5(disk, file) : undefined));
  };
  const md5 = shown === undefined ? undefined : (tagged ?? (await read()));
  if (md5 !== undefined) return shown === md5 ? "same" : "other";
  const isEnough = isSizeEnough(tag) || (isNamed && shown === undefined);
  return isEnough && sizeBytes !== undefined ? "of-size" : undefined;
}
