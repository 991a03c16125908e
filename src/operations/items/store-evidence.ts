// What items at one host have shown. No source says that the URL of an item leads to the file that was sent (docs/api.md, "Open
// questions"): it may lead to a preview, or to another object of the same bytes. So what differs counts only once something
// has agreed that it can be held against:
// - What an ETag is depends on the bucket and its encryption, which may change within the life of a set. So MD5s that agree speak
//   for the items of their dataset only, but there for all: a rendition has not just the size of its file.
// - Another size may be a rendition's: browsers show no TIFF, and large images may be scaled down. So it takes files that agree
//   of the same kind; and of the same dataset, if the name of that vouches for the file.
// What is replied under the very type of its suffix, if browsers show that as it is, is of one kind: a server that converts for
// display has no reason to convert some of it. So is what has such a suffix under one type that says nothing. Of all else, as of
// a TIFF under whatever type, each suffix and type is a kind.
// Pure.
import { shownTypeOf, suffixOf } from "../../files/media";

// For a store whose ETags are not MD5s each file would be read for nothing.
export const MAX_UNLIKE_BEFORE_ALIKE = 16;

/** Of files that were held against MD5s. */
interface Md5Tally {
  same: number;
  /** Of the same size and another MD5, if the ETags are MD5s. */
  other: number;
}

interface Tally extends Md5Tally {
  /** Files of the ETag that the store replied when it was sent them. */
  kept: number;
  /** Files of the same size, where no ETag is known to be another than theirs. */
  ofSize: number;
  wrongSize: number;
}

/** Of all datasets. */
export interface HostEvidence extends Md5Tally {
  readonly kinds: Map<string, Tally>;
}

/** Of one dataset. */
export interface Evidence extends Md5Tally {
  readonly ofHost: HostEvidence;
  readonly kinds: Map<string, Kind>;
}

/** Items of one dataset that lead to their files, or all to renditions of them, as far as can be told. */
export interface Kind extends Tally {
  readonly evidence: Evidence;
  /** Of its items. */
  readonly suffixes: Set<string>;
  /** Of the same in all datasets. */
  readonly ofHost: Tally;
}

export function createHostEvidence(): HostEvidence {
  return { same: 0, other: 0, kinds: new Map() };
}

export function createEvidence(ofHost: HostEvidence): Evidence {
  return { same: 0, other: 0, ofHost, kinds: new Map() };
}

function createTally(): Tally {
  return { same: 0, other: 0, kept: 0, ofSize: 0, wrongSize: 0 };
}

/** Numbers, as of the slices of a scan, make no kind of each. */
export function suffixOfKind(path: string): string {
  const suffix = suffixOf(path);
  return /^\.\d*$/.test(suffix) ? "" : suffix;
}

// As of objects that were stored without one; the second is S3's own.
const untoldTypes: ReadonlySet<string> = new Set([
  "",
  "application/octet-stream",
  "binary/octet-stream",
]);

function nameOfKind(suffix: string, type: string): string {
  const shownType = shownTypeOf(suffix);
  if (shownType === undefined) return `${suffix} ${type}`;
  if (type === shownType) return "shown";
  return untoldTypes.has(type) ? `shown ${type}` : `${suffix} ${type}`;
}

/** @param contentType of the store's reply */
export function kindOf(evidence: Evidence, path: string, contentType: string | undefined): Kind {
  const suffix = suffixOfKind(path);
  const type = contentType?.split(";", 1).join().trim().toLowerCase() ?? "";
  const name = nameOfKind(suffix, type);
  const known = evidence.kinds.get(name);
  if (known !== undefined) {
    known.suffixes.add(suffix);
    return known;
  }
  const ofHost = evidence.ofHost.kinds.get(name) ?? createTally();
  evidence.ofHost.kinds.set(name, ofHost);
  const kind: Kind = { evidence, suffixes: new Set([suffix]), ofHost, ...createTally() };
  evidence.kinds.set(name, kind);
  return kind;
}

/**
 * `kept`: the object that was sent, by an ETag that need not be an MD5. `of-size`: the size is all that a store shows of it.
 */
export type Likeness = "same" | "kept" | "of-size" | "other" | "wrong-size";

/** What a file is to what its store keeps of it. */
export interface Likened {
  readonly likeness: Likeness;
  readonly kind: Kind;
}

/** A file of which no item has the MD5, though some have its size. */
export function noteOther(evidence: Evidence): void {
  for (const tally of [evidence, evidence.ofHost]) tally.other += 1;
}

/** @param isOfSize whether one of another MD5 agrees by its size, as it is not known that the store should show another ETag */
export function noteLikeness(
  { likeness, kind }: Likened,
  { isOfSize = false }: { readonly isOfSize?: boolean } = {},
): void {
  const { evidence } = kind;
  if (likeness === "same" || likeness === "other")
    for (const tally of [evidence, evidence.ofHost]) tally[likeness] += 1;
  for (const tally of [kind, kind.ofHost]) {
    if (likeness === "same" || likeness === "other" || likeness === "kept") tally[likeness] += 1;
    if (likeness === "wrong-size") tally.wrongSize += 1;
    if (likeness === "of-size" || (likeness === "other" && isOfSize)) tally.ofSize += 1;
  }
}

/**
 * Whether they lead to their files. Where sizes are all that agrees, that may be chance in one of many previews: then no fewer
 * have to agree than differ.
 */
function isOfFiles({ same, kept, ofSize, wrongSize }: Tally): boolean {
  return same + kept > 0 || (ofSize > 0 && ofSize >= wrongSize);
}

/** @param isNamed whether the dataset's name vouches for the files. @default false */
export function leadsToFiles(kind: Kind, isNamed = false): boolean {
  return isOfFiles(kind) || (!isNamed && isOfFiles(kind.ofHost));
}

/**
 * Whether a difference is one of the content.
 * @param isNamed as of {@link leadsToFiles}
 */
export function isDifference({ likeness, kind }: Likened, isNamed = false): boolean {
  if (likeness === "wrong-size") return leadsToFiles(kind, isNamed);
  return likeness === "other" && kind.evidence.same > 0;
}

/** Whether files may still be read to hold them against the ETags. */
export function mayRead({ same, other, ofHost }: Evidence): boolean {
  if (same > 0) return true;
  const isHostOpen = ofHost.same > 0 || ofHost.other < MAX_UNLIKE_BEFORE_ALIKE;
  return isHostOpen && other < MAX_UNLIKE_BEFORE_ALIKE;
}

/** Whether more of this size need not be looked at to know that the contents are others. */
export function isEnough({ kinds }: Evidence, wrongSizes: number): boolean {
  return [...kinds.values()].some(
    ({ same, kept, wrongSize }) => same + kept > 0 && wrongSize >= wrongSizes,
  );
}
