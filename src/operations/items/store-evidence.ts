// What items at one host have shown. No source says that the URL of an item leads to the file that was sent (docs/api.md, "Open
// questions"): it may lead to a preview, or to another object of the same bytes. So what differs counts only once something
// has agreed that it can be held against:
// - What an ETag is depends on the bucket and its encryption, which may change within the life of a set. So MD5s that agree speak
//   for the items of their dataset only, but there for all: a rendition has not just the size of its file.
// - Another size may be a rendition's: browsers show no TIFF, and large images may be scaled down. So it takes files that agree
//   of the same kind; and of the same dataset, if the name of that vouches for the file.
// A kind is one suffix under one type, with ETags of one form. Where an ETag shows that items lead to their files, that counts
// for more: what is replied under the very type of its suffix, if browsers show that as it is, is of one family, as is what has
// such a suffix under one type that says nothing. Of all else, as of a TIFF under whatever type, each kind is one.
// - A store that shows what it keeps has strong ETags. A host that has shown smaller objects without these scales some items
//   down, and may pass others through: there a size is a difference only beside an ETag such as S3 has.
// Pure.
import type { StoredObject } from "../../api/storage/stored-object";
import { shownTypeOf, suffixOf } from "../../files/media";
import { isEtagOfParts } from "../../upload/check/stores";

// For a store whose ETags are not MD5s each file would be read for nothing.
export const MAX_UNLIKE_BEFORE_ALIKE = 16;

/** Of files that were held against MD5s. */
interface Md5Tally {
  same: number;
  /** Of the same size and another MD5, if the ETags are MD5s. */
  other: number;
}

/** Of items whose ETags show that they lead to their files. */
interface Family extends Md5Tally {
  /** Files of the ETag that the store replied when it was sent them. */
  kept: number;
}

interface Tally {
  readonly family: Family;
  /** Files of the same size, where no ETag is known to be another than theirs. */
  ofSize: number;
  wrongSize: number;
  /** Files of the same size, whatever their ETags. */
  rightSize: number;
}

/** Of all datasets. */
export interface HostEvidence extends Md5Tally {
  readonly kinds: Map<string, Tally>;
  readonly families: Map<string, Family>;
  /** Files of which it has shown less than was sent, as far as an ETag does not say that this is another content. */
  shrunk: number;
  /** Files whose ETag was the file's though the size was not, and those that were read in vain for that. */
  resized: number;
  readForSize: number;
}

/** Of one dataset. */
export interface Evidence extends Md5Tally {
  readonly ofHost: HostEvidence;
  readonly kinds: Map<string, Kind>;
  readonly families: Map<string, Family>;
}

/** Items of one dataset that lead to their files, or all to renditions of them, as far as can be told. */
export interface Kind extends Tally {
  readonly evidence: Evidence;
  /** Of its items. */
  readonly suffix: string;
  readonly form: EtagForm;
  /** Of the same in all datasets. */
  readonly ofHost: Tally;
}

export function createHostEvidence(): HostEvidence {
  const counts = { same: 0, other: 0, shrunk: 0, resized: 0, readForSize: 0 };
  return { ...counts, kinds: new Map(), families: new Map() };
}

export function createEvidence(ofHost: HostEvidence): Evidence {
  return { same: 0, other: 0, ofHost, kinds: new Map(), families: new Map() };
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

function nameOfFamily(suffix: string, type: string): string {
  const shownType = shownTypeOf(suffix);
  if (shownType === undefined) return `${suffix} ${type}`;
  if (type === shownType) return "shown";
  return untoldTypes.has(type) ? `shown ${type}` : `${suffix} ${type}`;
}

/**
 * `kept`: as S3 and what is like it has them. `strong`: another that stands for the very bytes. `weak`: those that don't, and
 * none at all.
 */
type EtagForm = "kept" | "strong" | "weak";

function formOf({ etag, sizeBytes }: Pick<StoredObject, "etag" | "sizeBytes">): EtagForm {
  // Of an empty object there is none.
  if (sizeBytes === 0) return "kept";
  if (etag === undefined || etag.startsWith("W/")) return "weak";
  return isEtagOfParts(etag) || /^"?[0-9a-f]{32}"?$/i.test(etag) ? "kept" : "strong";
}

function familyIn({ families }: Evidence | HostEvidence, name: string): Family {
  const family = families.get(name) ?? { same: 0, other: 0, kept: 0 };
  families.set(name, family);
  return family;
}

/** @param stored the store's reply; of one that has not answered nothing is known */
export function kindOf(
  evidence: Evidence,
  path: string,
  stored: Pick<StoredObject, "etag" | "sizeBytes" | "contentType">,
): Kind {
  const suffix = suffixOfKind(path);
  const { contentType: type = "" } = stored;
  const form = formOf(stored);
  const name = `${form} ${suffix} ${type}`;
  const known = evidence.kinds.get(name);
  if (known !== undefined) return known;
  const ofFamily = `${form} ${nameOfFamily(suffix, type)}`;
  const createTally = (of: Evidence | HostEvidence): Tally => ({
    family: familyIn(of, ofFamily),
    ...{ ofSize: 0, wrongSize: 0, rightSize: 0 },
  });
  const ofHost = evidence.ofHost.kinds.get(name) ?? createTally(evidence.ofHost);
  evidence.ofHost.kinds.set(name, ofHost);
  const kind: Kind = { evidence, suffix, form, ofHost, ...createTally(evidence) };
  evidence.kinds.set(name, kind);
  return kind;
}

/**
 * `kept`: the object that was sent, by an ETag that need not be an MD5. `resized`: the same of another size, so it was cut short, or is
 * an image that is shown scaled: which of these nothing tells. `of-size`: the size is all that a store shows of it.
 */
export type Likeness = "same" | "kept" | "resized" | "of-size" | "other" | "wrong-size";

/** What a file is to what its store keeps of it. */
export interface Likened {
  readonly likeness: Likeness;
  readonly kind: Kind;
}

/** A file of which no item has the MD5, though some have its size. */
export function noteOther(evidence: Evidence): void {
  for (const tally of [evidence, evidence.ofHost]) tally.other += 1;
}

interface Sized {
  readonly isRightSize?: boolean;
  /** Whether one agrees by its size, as it is not known that the store should show another ETag. */
  readonly isOfSize?: boolean;
  /** Whether less is shown than was sent, though not nothing. */
  readonly isSmaller?: boolean;
}

/** @param likened without a likeness where nothing but its size may be known of it */
export function noteLikeness(
  { likeness, kind }: Pick<Likened, "kind"> & { readonly likeness: Likeness | undefined },
  { isRightSize = false, isOfSize = false, isSmaller = false }: Sized = {},
): void {
  const { evidence, form } = kind;
  if (likeness === "same" || likeness === "other")
    for (const tally of [evidence, evidence.ofHost]) tally[likeness] += 1;
  for (const tally of [kind, kind.ofHost]) {
    const { family } = tally;
    if (likeness === "same" || likeness === "other" || likeness === "kept") family[likeness] += 1;
    if (likeness === "wrong-size") tally.wrongSize += 1;
    if (isRightSize) tally.rightSize += 1;
    const isUnlike = likeness === undefined || likeness === "other";
    if (likeness === "of-size" || (isUnlike && isRightSize && isOfSize)) tally.ofSize += 1;
  }
  if (isSmaller && (form === "weak" || likeness !== "wrong-size")) evidence.ofHost.shrunk += 1;
}

/**
 * Whether they lead to their files. Where sizes are all that agrees, that may be chance in one of many previews: then no fewer
 * have to agree than differ.
 */
function isOfFiles({ family: { same, kept }, ofSize, wrongSize }: Tally): boolean {
  return same + kept > 0 || (ofSize > 0 && ofSize >= wrongSize);
}

/**
 * Whether their sizes are those of the files.
 * @param isNamed whether the dataset's name vouches for the files. @default false
 */
export function leadsToFiles(kind: Kind, isNamed = false): boolean {
  if (kind.form !== "kept" && kind.evidence.ofHost.shrunk > 0) return false;
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

/** Whether items of the right sizes have strong ETags there: what has a weak one is then made of its file. */
export function showsStrongEtags({ kinds }: Evidence): boolean {
  return [...kinds.values()].some(({ form, rightSize }) => form !== "weak" && rightSize > 0);
}

/** Whether a difference is one by the size alone, and no MD5 shows that the content is another. */
export function isBySize({ likeness, kind }: Likened): boolean {
  if (likeness !== "wrong-size") return false;
  return kind.form !== "kept" || kind.evidence.ofHost.same === 0;
}

/** Whether files may still be read to hold them against the ETags. */
export function mayRead({ same, other, ofHost }: Evidence): boolean {
  if (same > 0) return true;
  const isHostOpen = ofHost.same > 0 || ofHost.other < MAX_UNLIKE_BEFORE_ALIKE;
  return isHostOpen && other < MAX_UNLIKE_BEFORE_ALIKE;
}

/** Whether a file may be read since its item, which has another size, may have its MD5: a few, and all where some had. */
export function mayReadForSize({ ofHost: { resized, readForSize } }: Evidence): boolean {
  return resized > 0 || readForSize < MAX_UNLIKE_BEFORE_ALIKE;
}

/** A file that was read for that. */
export function noteReadForSize({ ofHost }: Evidence, isSame: boolean): void {
  if (isSame) ofHost.resized += 1;
  else ofHost.readForSize += 1;
}

/** Whether more of this size need not be looked at to know that the contents are others. */
export function isEnough({ kinds }: Evidence, wrongSizes: number): boolean {
  return [...kinds.values()].some(({ family: { same, kept }, form, wrongSize }) => {
    return form === "kept" && same + kept > 0 && wrongSize >= wrongSizes;
  });
}
