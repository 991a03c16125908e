// What a store called the object that it keeps of a file, where other runs can write to the file's place: held against what
// lies there once the dataset is made, it shows whether another run wrote there since. One short text a file, since a set may
// have 100,000. Pure.
import { createHash } from "node:crypto";
import type { Stored } from "../../api/storage/storage";
import { bareEtag, isEtagOfParts, type Kept } from "./stores";

/**
 * The MD5 of the file, 32 hex digits, where the store has shown that its ETag is one; its ETag in quotes; {@link IN_PARTS};
 * {@link OF_SEVERAL}; {@link UNPROVEN}; or {@link UNTAGGED}.
 */
export type PlaceTag = string;

/** By path. */
export type PlaceTags = Pick<ReadonlyMap<string, PlaceTag>, "size" | "has" | "get">;

/** The store said nothing, or what lies at the place was there before. */
export const UNTAGGED: PlaceTag = "";

/** Its store took it, and has given no ETag. */
export const UNPROVEN: PlaceTag = "unproven";

/** It went in parts, and what the store calls the whole can't be known. */
const IN_PARTS: PlaceTag = "parts";

/** The store called files of other content so as well, as one does that calls all objects the same: that shows nothing. */
const OF_SEVERAL: PlaceTag = "several";

// S3's are 34 to 40 characters long; a journal keeps one a file.
const MAX_ETAG_LENGTH = 128;

/**
 * By the reply to the last try: an earlier one whose reply was lost may still arrive, and then counts as anything else that
 * comes to lie there.
 */
export function tagOf({ etag, md5, wasThere }: Stored, kept: Kept): PlaceTag {
  if (kept === "right" && md5 !== undefined) return md5;
  // What was there before is not known to be what was sent.
  if (wasThere || etag === undefined || etag.length > MAX_ETAG_LENGTH) return UNTAGGED;
  const bare = bareEtag(etag);
  return bare === "" ? UNTAGGED : `"${bare}"`;
}

/**
 * The same under a name of the content, where no other run sends anything else there: of what a store took without showing that it
 * keeps it, which is no suspect, and has its size looked at.
 */
export function tagOfNamed(stored: Stored, kept: Kept): PlaceTag {
  return tagOf(stored, kept) || UNPROVEN;
}

/** @param md5s of the parts, in their order, as far as the store has shown them: S3 makes the ETag of the whole of them */
export function tagOfParts(md5s: readonly (string | undefined)[]): PlaceTag {
  const known = md5s.filter((md5) => md5 !== undefined);
  if (known.length < md5s.length) return IN_PARTS;
  const hash = createHash("md5");
  for (const md5 of known) hash.update(md5, "hex");
  return `"${hash.digest("hex")}-${String(known.length)}"`;
}

/**
 * Whether an ETag other than the tag shows nothing, since the file is in parts, and what the store calls such an object is not
 * known to be what S3 does. Of a file without a tag only S3's form shows that it is in parts.
 */
export function isEtagMute(
  tag: PlaceTag,
  stored: Pick<Stored, "etag" | "md5"> | undefined,
): boolean {
  if (tag === IN_PARTS) return true;
  const isOfParts = isEtagOfParts(stored?.etag);
  if (tag === UNTAGGED) return isOfParts;
  return isEtagOfParts(tag) && !isOfParts && stored?.md5 === undefined;
}

function isEtag(tag: PlaceTag): boolean {
  return tag.startsWith('"');
}

/** Whether its store gave it an ETag. */
export function showsEtag(tag: PlaceTag): boolean {
  return isEtag(tag) || md5Of(tag) !== undefined;
}

/** Whether an object of this ETag is the one that was tagged. */
export function isTagged(tag: PlaceTag, etag: string | undefined): boolean {
  return showsEtag(tag) && etag !== undefined && bareEtag(etag) === bareEtag(tag);
}

/** Whether not even a store's word says that it took what was sent: then a name of the content does not vouch for it. */
export function isSuspect(tag: PlaceTag | undefined): boolean {
  return tag !== undefined && tag !== UNPROVEN && !showsEtag(tag);
}

type Tagged = readonly { readonly path: string; readonly sha256?: string | undefined }[];

/** The tags of these files, as far as each tells a content from others. */
export function tellingTags(files: Tagged, tags: PlaceTags): PlaceTags {
  const contents = new Map<PlaceTag, string>();
  const shared = new Set<PlaceTag>();
  for (const { path, sha256 } of files) {
    const tag = tags.get(path);
    if (tag === undefined || !isEtag(tag)) continue;
    // Of unknown digests each may be another.
    const content = sha256 ?? path;
    const before = contents.get(tag) ?? content;
    contents.set(tag, before);
    if (before !== content) shared.add(tag);
  }
  if (shared.size === 0) return tags;
  const telling = (tag: PlaceTag): PlaceTag => (shared.has(tag) ? OF_SEVERAL : tag);
  return new Map(
    files.flatMap(({ path }) => {
      const tag = tags.get(path);
      return tag === undefined ? [] : [[path, telling(tag)]];
    }),
  );
}

/** `undefined` where it is not known to be one. */
export function md5Of(tag: PlaceTag): string | undefined {
  return /^[0-9a-f]{32}$/.test(tag) ? tag : undefined;
}
