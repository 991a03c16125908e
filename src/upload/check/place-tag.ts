// What a store called the object that it keeps of a file, where other runs can write to the file's place: held against what
// lies there once the dataset is made, it shows whether another run wrote there since. One short text a file, since a set may
// have 100,000. Pure.
import type { Stored } from "../../api/storage/storage";
import type { Kept } from "./stores";

/**
 * The MD5 of the file, 32 hex digits, where the store has shown that its ETag is one; its ETag in quotes; or
 * {@link UNTAGGED}.
 */
export type PlaceTag = string;

/** By path. */
export type PlaceTags = ReadonlyMap<string, PlaceTag>;

/** The store said nothing, or what lies at the place was there before. */
export const UNTAGGED: PlaceTag = "";

// S3's are 34 to 40 characters long; a journal keeps one a file.
const MAX_ETAG_LENGTH = 128;

function bareOf(etag: string): string {
  return etag.replace(/^W\//, "").replaceAll('"', "");
}

/** @param isFirst whether no earlier try of the file can still arrive: it would be the same bytes under another ETag */
export function tagOf(
  { etag, md5 }: Stored,
  { kept, isFirst }: { readonly kept: Kept; readonly isFirst: boolean },
): PlaceTag {
  if (kept === "right" && md5 !== undefined) return md5;
  if (!isFirst || etag === undefined || etag.length > MAX_ETAG_LENGTH) return UNTAGGED;
  return `"${bareOf(etag)}"`;
}

/** Whether an object of this ETag is the one that was tagged. */
export function isTagged(tag: PlaceTag, etag: string | undefined): boolean {
  return tag !== UNTAGGED && etag !== undefined && bareOf(etag) === bareOf(tag);
}

/** `undefined` where it is not known to be one. */
export function md5Of(tag: PlaceTag): string | undefined {
  return tag === UNTAGGED || tag.startsWith('"') ? undefined : tag;
}
