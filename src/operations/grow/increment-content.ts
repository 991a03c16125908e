// What an increment holds of which no record is there: its items are listed once, and held against the declared files by what
// the store says of each item, and what it does not say by the digest in its name. What can't be compared stays unknown.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { Manifest } from "../../files/manifest/manifest";
import { shortDigest } from "../../files/manifest/dataset-name";
import type { DataType } from "../../files/media";
import type { OwnerWanted } from "../datasets/dataset-ref";
import { tellComparing } from "../items/comparing";
import type { ItemFacts } from "../items/key-comparison";
import { isBySize, isDifference, type Evidence, type Likened } from "../items/store-evidence";
import { evidenceOf, lookOn, type StoreHosts } from "../items/store-hosts";
import { readContentRecord, type ContentRecord } from "../publish/content-record";
import { isProvenBy, proofOf, type Proof } from "../publish/proof";
import { readTags, suspectsIn } from "../publish/sent-check";
import { compareSeen } from "./seen-contents";
import type { FoundIncrement } from "./find-increments";
import type { WaitMs } from "../wait";
import type { GrowingFile } from "./growth";
import type { HeldEntry } from "./growth-plan";
import {
  identify,
  listItems,
  whenCreated,
  type Files,
  type Refuted,
  type Seen,
  type SeenItems,
} from "./increment-items";

interface LookTerms {
  readonly owner: OwnerWanted;
  readonly dataType: DataType;
  readonly waitMs: () => WaitMs;
  readonly hosts: StoreHosts;
  readonly stateDirectory: string | undefined;
}

function recordOf(
  avala: Avala,
  { uid, name }: Dataset,
  { owner: { organizationUid }, stateDirectory }: LookTerms,
): Promise<ContentRecord | undefined> {
  return readContentRecord(avala, { datasetName: name, organizationUid }, uid, stateDirectory);
}

/** Whether its record proves its files if its name has their digest, which its items have to show. */
function mayProve(record: ContentRecord | undefined, shortOfName: string): boolean {
  if (record === undefined || record === "withdrawn") return false;
  return record.isCompared && shortDigest(record.digest) === shortOfName;
}

/** What proves its files before a look. */
async function proofOfIncrement(
  avala: Avala,
  { name }: Dataset,
  {
    ofName,
    record,
  }: { readonly ofName: Manifest | undefined; readonly record: ContentRecord | undefined },
  { owner, stateDirectory, isRefuted }: LookTerms & Refuted,
): Promise<Proof> {
  if (ofName === undefined || isRefuted) return { by: "nothing" };
  const { digest, entries } = ofName;
  const { organizationUid } = owner;
  const named = { dataset: { name, organizationUid }, files: entries, digest };
  const suspects = suspectsIn(await readTags(avala, named, stateDirectory), entries);
  return proofOf({ digest, isNamedByContent: true, record, suspects });
}

/** What is known of an item, and the item itself where its owner is known. */
export interface LookedAt {
  readonly entry: HeldEntry;
  readonly item?: ItemFacts | undefined;
  /** Whether its store was asked, even if it has not answered. */
  readonly isAsked?: boolean;
  /** What the items of its increment have shown at its host. */
  readonly evidence?: Evidence | undefined;
  /** The sha256 of the file that it was held against, and of which its store shows something else. */
  readonly unlike?: string | undefined;
  /** See {@link isOtherOfName}. */
  readonly isOtherByName?: boolean;
}

/**
 * Whether the only item of an increment has the path of a file, and the digest in the name is not this file's. With another MD5
 * that is no proof yet that the content is another: the item may have been one of several. But where MD5s of other increments
 * agree, its own would have to be none as well.
 */
function isOtherOfName(
  { status, itemCount }: Dataset,
  { seen, ofName }: Pick<SeenItems, "seen" | "ofName">,
): boolean {
  const [one] = seen;
  if (status !== "created" || itemCount !== 1 || seen.length !== 1) return false;
  return ofName === undefined && one?.file !== undefined && one.item.key === one.file.path;
}

/** What it holds, in the same order each time: `hosts` has what the word of stores is worth by then. */
export type Look = () => readonly LookedAt[];

/** An increment whose items are listed. */
export interface ListedIncrement {
  readonly found: FoundIncrement;
  /** As it is once it is created. */
  readonly dataset: Dataset;
  readonly record: ContentRecord | undefined;
  readonly items: readonly ItemFacts[];
}

/**
 * Lists the items of an increment. Its owner not known, none of them is looked at.
 * @throws AvalaError `dataset` where its items' keys are not paths, `timeout` while it is not created, `file_changed`
 */
export async function listIncrement(
  avala: Avala,
  found: FoundIncrement,
  files: Files,
  terms: LookTerms & Refuted,
): Promise<ListedIncrement> {
  const { owner, dataType, waitMs, isRefuted } = terms;
  const dataset = await whenCreated(avala, found.dataset, waitMs);
  const record = await recordOf(avala, dataset, terms);
  const areAsked = found.isOwnerKnown && (isRefuted || !mayProve(record, found.shortDigest));
  const listing = { owner, dataType, waitMs, areAsked, isRefuted };
  const items = await listItems(avala, dataset, files, listing);
  return { found, dataset, record, items };
}

/**
 * Compares what can be compared of its items.
 * @param terms `areWhole`: whether keys of the set are known to be whole paths
 * @throws AvalaError `file_changed`
 */
export async function lookInto(
  avala: Avala,
  { found, dataset, record, items }: ListedIncrement,
  files: Files,
  terms: LookTerms & Refuted & { readonly areWhole: boolean },
): Promise<Look> {
  const { waitMs, hosts, areWhole } = terms;
  const shortOfName = found.shortDigest;
  const identified = identify(dataset, items, files, { shortOfName, areWhole });
  const { seen, ofName } = identified;
  if (!found.isOwnerKnown)
    return () => seen.map(({ path, as, candidates }) => ({ entry: { path, as, candidates } }));
  const proof = await proofOfIncrement(avala, dataset, { ofName, record }, terms);
  if (proof.by === "record")
    return () => seen.flatMap(({ file }) => (file ? { entry: heldOf(file) } : []));
  const isProven = (path: string): boolean => isProvenBy(proof, path);
  const isOtherByName = isOtherOfName(dataset, identified);
  const asked = seen.filter(({ file, item }) => file !== undefined && item.url !== undefined);
  const telling = tellComparing(avala, dataset.name, asked.length);
  const looking = { hosts, datasetUid: dataset.uid, isProven, onLooked: telling.next };
  const look = (): ReturnType<typeof compareSeen> => compareSeen(avala, seen, looking);
  const { compared, unexplained } = await lookOn(avala, hosts, waitMs(), look).finally(telling.end);
  return () =>
    seen.map((one) => {
      const { likened, stored } = compared.get(one) ?? {};
      const { file, item } = one;
      const isNamed = isProven(one.path);
      const isHeldByName = isNamed && !unexplained.has(one);
      return {
        entry: entryOf(one, likened, { isNamed, isHeldByName, isOtherByName }),
        item: { stored, ...item },
        isAsked: compared.has(one),
        evidence: evidenceOf(hosts, { url: item.url, datasetUid: dataset.uid }),
        unlike: likened?.likeness === "other" ? file?.sha256 : undefined,
        isOtherByName,
      };
    });
}

function heldOf({ path, sizeBytes, sha256 }: GrowingFile): HeldEntry {
  return { path, sizeBytes, sha256 };
}

/** Where MD5s of its kind agree in another increment. */
function isOtherMd5({ likeness, kind }: Likened): boolean {
  return likeness === "other" && kind.ofHost.family.same > 0;
}

interface NameTerms {
  /** Whether the digest in its increment's name vouches for it. */
  readonly isNamed: boolean;
  /** Whether that is enough, since its store shows no other size without a reason. */
  readonly isHeldByName: boolean;
  readonly isOtherByName: boolean;
}

function entryOf(
  { path, as, file, item: { sizeBytes }, candidates }: Seen,
  likened: Likened | undefined,
  { isNamed, isHeldByName, isOtherByName }: NameTerms,
): HeldEntry {
  const isOther =
    likened !== undefined &&
    (isDifference(likened, isNamed) || (isOtherByName && isOtherMd5(likened)));
  const isOfSize = sizeBytes === undefined || sizeBytes === file?.sizeBytes;
  const isHeld = likened?.likeness === "same" || (isHeldByName && isOfSize && !isOther);
  if (file !== undefined && isHeld)
    return as === undefined ? heldOf(file) : { ...heldOf(file), path, as };
  if (!isOther) return { path, as, sizeBytes, candidates };
  const isOtherBySize = isBySize(likened);
  return { path, as, sizeBytes, notSha256: file?.sha256, isOtherBySize, candidates };
}
