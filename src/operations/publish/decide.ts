// The first step: what the server has under a name, and so whether files are sent. Sends nothing.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { findOwned } from "../datasets/dataset";
import { reportUnknownOwner, type Found } from "../datasets/dataset-owner";
import type { ItemComparison } from "../items/item-comparison";
import { compareContents, type Expected } from "./content-check";
import {
  isVerifiedBefore,
  readContentRecord,
  recordContent,
  recordedContent,
} from "./content-record";
import { requireDeciding } from "./given";
import { isProvenBy, proofOf, type Proof } from "./proof";
import { UNTAGGED, type PlaceTag, type PlaceTags } from "../../upload/check/place-tag";
import {
  brokenVersion,
  CORE_WORDS,
  existsAlready,
  hasDifference,
  otherFilesError,
  madeOfOthers,
  reportSentOver,
} from "./refusals";
import { readTags, reportSuspects, reportUnshown, suspectsIn } from "./sent-check";
import { compareWhenCreated, keepVerified, resemblanceOf, unshownIn } from "./settle";
import {
  asDataType,
  destinationOf,
  digestOf,
  isNamedByContent,
  type Compared,
  type DecideOptions,
  type Decision,
  type NamedFiles,
  type SendTarget,
} from "./target";
import { compareUnmatched, type UnmatchedComparison } from "./unmatched-content";

/**
 * Looks at what the server has under the target's name and decides whether its files must be sent.
 * @throws InputError for a target without files; AvalaError `conflict` when the dataset exists and holds something else,
 * or `ifExists` is `fail`
 */
export async function decidePublish<Target extends SendTarget>(
  avala: Avala,
  target: Target,
  options: DecideOptions,
): Promise<Decision<Target>> {
  requireDeciding(avala, target, options);
  const looking = { isThere: options.isTaken, listed: options.listed };
  const found = await findOwned(avala, target.dataset, looking);
  if (found === undefined) return { kind: "send", target };
  const { dataset } = found;
  if (target.ifExists === "fail") {
    const { words = CORE_WORDS, isSent = false, sentOver } = options;
    throw existsAlready(dataset, { words, isSent, sentOver }, isNamedByContent(target));
  }
  return { kind: "found", target, ...(await compareFound(avala, found, target, options)) };
}

/** Whether a run of this machine confirmed it for this owner: then it is ours, also where the server names no owner. */
async function wasMadeHere(
  avala: Avala,
  { uid }: Dataset,
  target: NamedFiles,
  { stateDirectory }: DecideOptions,
): Promise<boolean> {
  return (await recordedContent(avala, destinationOf(target), uid, stateDirectory)) !== undefined;
}

/**
 * Holds a dataset that exists against files that it should be made of. One that may be another owner's counts as not compared.
 * @throws AvalaError `conflict` when it holds something else, as far as that can be compared
 */
export async function compareFound(
  avala: Avala,
  { dataset, isOwnerKnown }: Found,
  target: NamedFiles,
  options: DecideOptions,
): Promise<Compared> {
  if (isOwnerKnown || (await wasMadeHere(avala, dataset, target, options)))
    return compareOwn(avala, dataset, target, options);
  reportUnknownOwner(avala, dataset, target.dataset);
  // Without the state folder: a record would say the next time that it is ours.
  const unrecorded = { ...options, stateDirectory: undefined };
  const compared = await compareOwn(avala, dataset, target, unrecorded);
  return { ...compared, unverified: target.files.length };
}

async function compareOwn(
  avala: Avala,
  existing: Dataset,
  target: NamedFiles,
  options: DecideOptions,
): Promise<Compared> {
  const { words = CORE_WORDS, isSent = false, sentOver, stateDirectory } = options;
  const way = { words, isSent, sentOver };
  const isVersion = isNamedByContent(target);
  if (isVersion && options.isComparedLater === true && existing.status !== "created")
    return { dataset: existing, unverified: 0 };
  const digest = digestOf(target);
  const to = destinationOf(target);
  const known = { ...existing, digest: digest ?? "" };
  const isCreated = existing.status === "created";
  if (isCreated && (await isVerifiedBefore(avala, to, known, stateDirectory)))
    return { dataset: existing, unverified: 0 };
  const record = await readContentRecord(avala, to, existing.uid, stateDirectory);
  const recorded = record === "withdrawn" ? undefined : record;
  const isMadeOf = digest !== undefined && recorded?.digest === digest;
  const isOther = digest !== undefined && recorded !== undefined && !isMadeOf;
  const tags =
    isVersion || isMadeOf
      ? await readTags(avala, target, stateDirectory)
      : new Map<string, PlaceTag>();
  const suspects = suspectsIn(tags, target.files);
  const proof = proofOf({ digest, isNamedByContent: isVersion, record, suspects });
  const isKnown = proof.by === "record";
  const areAsked = !isKnown && !isOther && (isVersion || tags.size === 0);
  const isMadeOfThese = isVersion || isMadeOf;
  const looking = { ...options, isListed: !isKnown, areAsked, isMadeOfThese, isOther };
  const found = await lookAtFound(avala, existing, target, looking);
  const { dataset, items, areContentsSame } = found;
  if (hasDifference(items))
    throw isVersion ? brokenVersion(dataset, items, isSent) : otherFilesError(dataset, items, way);
  if (isOther) throw madeOfOthers(dataset, "", way);
  const counting = { ...options, proof, tags, areContentsSame, listed: items.listed };
  const unproven = isKnown ? [] : await findUnproven(avala, dataset, target, counting);
  const unshown = unshownIn(items, unproven);
  if (!isKnown) await keepShown(avala, dataset, target, { unshown, sentOver, stateDirectory });
  const uncounted = Math.max(unshown.length, isKnown ? 0 : (sentOver ?? []).length);
  const unverified = Math.max(uncounted, items.uncompared);
  const resemblance = resemblanceOf(items, areContentsSame ?? unproven.length === 0);
  const compared = { dataset, unverified, unshown, resemblance };
  await keepVerified(avala, compared, target, stateDirectory);
  return compared;
}

/** With what contents have shown, where no key is like a path. */
interface Seen extends Partial<UnmatchedComparison> {
  readonly dataset: Dataset;
  readonly items: ItemComparison;
}

/** By paths, and where no key is like one by contents, unless it is known to be made of the files: then names are the server's. */
async function lookAtFound(
  avala: Avala,
  existing: Dataset,
  target: NamedFiles,
  looking: Parameters<typeof compareWhenCreated>[3] & { readonly isOther: boolean },
): Promise<Seen> {
  const seen = await compareWhenCreated(avala, existing, target, looking);
  // A record of other content refuses it, whatever contents show.
  if (looking.isMadeOfThese || looking.isOther || seen.items.unmatched === undefined) return seen;
  const { dataset } = seen;
  return { dataset, ...(await compareUnmatched(avala, seen, target, looking.waitMs())) };
}

interface Shown extends Pick<DecideOptions, "sentOver" | "stateDirectory"> {
  /** Files that no look has shown to be what was sent. */
  readonly unshown: readonly string[];
}

type Counting = Omit<DecideOptions, "listed"> & {
  readonly proof: Proof;
  /** What a run of this machine that was cut off knew of files which it had sent. */
  readonly tags: PlaceTags;
  readonly listed: ItemComparison["listed"];
  readonly areContentsSame: Seen["areContentsSame"];
};

/** What the store called those that only a look proves, as far as that is known. */
function tagsOfUnproven(proof: Proof, tags: PlaceTags, files: NamedFiles["files"]): PlaceTags {
  const unproven = files.filter(({ path }) => !isProvenBy(proof, path));
  return new Map(unproven.map(({ path }) => [path, tags.get(path) ?? UNTAGGED]));
}

/**
 * Looks at what the store keeps, of a dataset whose content no record proves, and returns the files that stay unproven.
 * @throws AvalaError `conflict`
 */
async function findUnproven(
  avala: Avala,
  dataset: Dataset,
  target: NamedFiles,
  { proof, tags, areContentsSame, listed, ...options }: Counting,
): Promise<readonly string[]> {
  const { words = CORE_WORDS, isSent = false, sentOver, waitMs } = options;
  const { files, dataset: owner } = target;
  if (areContentsSame !== undefined) return files.map(({ path }) => path); // not which is which
  const isVersion = isNamedByContent(target);
  const suspects = isVersion ? tagsOfUnproven(proof, tags, files) : tags;
  const isByTags = isVersion || suspects.size > 0;
  const expected: Expected = {
    ...{ files, owner, listed, dataType: owner.dataType ?? asDataType(dataset.dataType) },
    tags: isByTags ? suspects : undefined,
    named: isVersion ? "all" : undefined,
  };
  const compared = await compareContents(avala, dataset, expected, waitMs());
  const { same, others, wrongSize } = compared;
  if (others.length + wrongSize.length > 0) {
    const items = { missing: [], wrongSize, extra: [], others };
    throw isVersion
      ? brokenVersion(dataset, items, isSent)
      : otherFilesError(dataset, items, { words, isSent, sentOver });
  }
  const unshown = isByTags
    ? compared.unshown
    : files.flatMap(({ path }) => (same.has(path) ? [] : path));
  if (isVersion) reportSuspects(avala, dataset, compared);
  else reportUnshown(avala, dataset, compared, words);
  return unshown;
}

/** For later runs: whether a look has shown all of it. */
async function keepShown(
  avala: Avala,
  dataset: Dataset,
  target: NamedFiles,
  { unshown, sentOver = [], stateDirectory }: Shown,
): Promise<void> {
  reportSentOver(avala, dataset, sentOver);
  const digest = digestOf(target);
  if (unshown.length + sentOver.length > 0 || digest === undefined) return;
  const made = { uid: dataset.uid, digest, isCompared: true };
  await recordContent(avala, destinationOf(target), made, stateDirectory);
}
