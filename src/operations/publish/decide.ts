// The first step: what the server has under a name, and so whether files are sent. Sends nothing.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { findOwned } from "../datasets/dataset";
import { reportUnknownOwner } from "../datasets/dataset-owner";
import { compareManifests, describeChanges } from "../../files/manifest/compare";
import type { Manifest } from "../../files/manifest/manifest";
import type { ItemComparison } from "../items/item-comparison";
import { compareContents } from "./content-check";
import { isVerifiedBefore, isWithdrawn, recordContent, recordedContent } from "./content-record";
import {
  brokenVersion,
  CORE_WORDS,
  existsAlready,
  hasDifference,
  otherFilesError,
  madeOfOthers,
  reportSentOver,
} from "./refusals";
import { readTags, reportUnshown } from "./sent-check";
import { compareWhenCreated, keepVerified } from "./settle";
import {
  destinationOf,
  digestOf,
  isNamedByContent,
  requireFiles,
  type Compared,
  type Decision,
  type NamedFiles,
  type PublishOptions,
  type SendTarget,
} from "./target";

export type DecideOptions = Pick<PublishOptions, "waitMs" | "stateDirectory" | "words"> & {
  /** Whether a version that is still being created counts as found: a later step compares it. @default false */
  readonly isComparedLater?: boolean | undefined;
  /** Whether files were sent under the name before this was asked: then no refusal says that nothing was. @default false */
  readonly isSent?: boolean | undefined;
  /** Files that were sent to places where those of the dataset may have lain, as far as that is known. @default none */
  readonly sentOver?: readonly string[] | undefined;
  /** Whether the server has said that the name is taken: then a list that does not show it is not believed. @default false */
  readonly isTaken?: boolean | undefined;
  /** What one list for several targets has shown. @default a list by the target's name */
  readonly listed?: readonly Dataset[] | undefined;
};

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
  requireFiles(target);
  const looking = { isThere: options.isTaken, listed: options.listed };
  const found = await findOwned(avala, target.dataset, looking);
  if (found === undefined) return { kind: "send", target };
  const { dataset } = found;
  if (target.ifExists === "fail") {
    const { words = CORE_WORDS, isSent = false, sentOver } = options;
    throw existsAlready(dataset, { words, isSent, sentOver });
  }
  const isOwn = found.isOwnerKnown || (await wasMadeHere(avala, dataset, target, options));
  if (isOwn) {
    return { kind: "found", target, ...(await compareFound(avala, dataset, target, options)) };
  }
  reportUnknownOwner(avala, dataset, target.dataset);
  // Without the state folder: a record would say the next time that it is ours.
  const unrecorded = { ...options, stateDirectory: undefined };
  const compared = await compareFound(avala, dataset, target, unrecorded);
  return { kind: "found", target, ...compared, unverified: target.files.length };
}

/** Whether a run of this machine confirmed it for this owner: then it is ours, also where the server names no owner. */
async function wasMadeHere(
  avala: Avala,
  { uid }: Dataset,
  target: SendTarget,
  { stateDirectory }: DecideOptions,
): Promise<boolean> {
  return (await recordedContent(avala, destinationOf(target), uid, stateDirectory)) !== undefined;
}

/**
 * Holds a dataset that exists against files that it should be made of.
 * @throws AvalaError `conflict` when it holds something else, as far as that can be compared
 */
export async function compareFound(
  avala: Avala,
  existing: Dataset,
  target: NamedFiles,
  options: DecideOptions,
): Promise<Compared> {
  const { words = CORE_WORDS, isSent = false, sentOver, stateDirectory } = options;
  const way = { words, isSent, sentOver };
  const isVersion = isNamedByContent(target);
  if (isVersion && options.isComparedLater === true && existing.status !== "created") {
    return { dataset: existing, unverified: 0 };
  }
  const digest = digestOf(target);
  const known = { ...existing, digest: digest ?? "" };
  const isCreated = existing.status === "created";
  if (isCreated && (await isVerifiedBefore(avala, destinationOf(target), known, stateDirectory))) {
    return { dataset: existing, unverified: 0 };
  }
  const of = [avala, destinationOf(target), existing.uid, stateDirectory] as const;
  // Of a version its name says what it is made of, unless a run has seen that something else lies there.
  const recorded =
    isVersion && !(await isWithdrawn(...of))
      ? { digest, isCompared: true }
      : await recordedContent(...of);
  const isMadeOf = digest !== undefined && recorded?.digest === digest;
  const isKnown = isMadeOf && recorded.isCompared;
  const looking = { ...options, isListed: !isKnown };
  const { dataset, items } = await compareWhenCreated(avala, existing, target, looking);
  if (hasDifference(items)) {
    throw isVersion ? brokenVersion(dataset, items, isSent) : otherFilesError(dataset, items, way);
  }
  if (recorded?.digest !== undefined && digest !== undefined && !isMadeOf) {
    throw madeOfOthers(dataset, "", way);
  }
  const counting = { ...options, isMadeOf, listed: items.listed };
  const uncounted = isKnown ? 0 : await countUnverified(avala, dataset, target, counting);
  const compared = { dataset, unverified: Math.max(uncounted, items.uncompared) };
  await keepVerified(avala, compared, target, stateDirectory);
  return compared;
}

type Counting = Omit<DecideOptions, "listed"> & {
  /** Whether a run of this machine made it of these files, and was cut off before it could see what lay there then. */
  readonly isMadeOf: boolean;
  readonly listed: ItemComparison["listed"];
};

/** For a dataset whose content no record vouches for: as far as its store does. @throws AvalaError `conflict` */
async function countUnverified(
  avala: Avala,
  dataset: Dataset,
  target: NamedFiles,
  { stateDirectory, words = CORE_WORDS, isSent = false, sentOver = [], waitMs, ...known }: Counting,
): Promise<number> {
  const { isMadeOf, listed } = known;
  const tags = isMadeOf ? await readTags(avala, target, stateDirectory) : new Map();
  const sent = tags.size === 0 ? {} : { tags };
  const expected = { files: target.files, owner: target.dataset, listed, ...sent };
  const { same, others, wrongSize, unshown } = await compareContents(
    avala,
    dataset,
    expected,
    waitMs(),
  );
  if (others.length + wrongSize.length > 0) {
    const items = { missing: [], wrongSize, extra: [], others };
    throw isNamedByContent(target)
      ? brokenVersion(dataset, items, isSent)
      : otherFilesError(dataset, items, { words, isSent, sentOver });
  }
  reportSentOver(avala, dataset, sentOver);
  reportUnshown(avala, dataset, unshown, words);
  const uncompared = tags.size > 0 ? unshown.length : target.files.length - same.size;
  const unverified = Math.max(uncompared, sentOver.length);
  const digest = digestOf(target);
  if (unverified === 0 && digest !== undefined) {
    const made = { uid: dataset.uid, digest, isCompared: true };
    await recordContent(avala, destinationOf(target), made, stateDirectory);
  }
  return unverified;
}

/**
 * Refuses a change of files whose dataset is made already, by what is known of the files that it was made of.
 * @throws AvalaError `conflict`
 */
export function refuseChange(
  existing: Dataset,
  before: Manifest,
  after: Manifest,
  { words = CORE_WORDS }: Pick<PublishOptions, "words">,
): void {
  if (before.digest === after.digest) return;
  const changes = describeChanges(compareManifests(before, after));
  throw madeOfOthers(existing, changes, { words, isSent: false });
}
