// The fourth step: wait until the server has indexed a dataset, and hold its items against the files.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { waitForDataset } from "../datasets/dataset";
import { compareItems } from "../items/compare-items";
import type { ItemComparison } from "../items/item-comparison";
import { unmatchedText } from "../items/unmatched-keys";
import { msOf } from "../wait";
import { isApiError, isAvalaError, type ErrorCode } from "../../errors";
import { printable } from "../../redact";
import { reworded } from "../../reworded";
import { counted } from "../../text";
import { removeUploadJournal } from "../../upload/journal/upload-journal";
import type { UploadFile } from "../../upload/request";
import type { UploadResult } from "../../upload/result";
import { hasPlace } from "./likeness";
import {
  recordContent,
  recordVerified,
  recordedContent,
  withdrawContent,
  type RecordedContent,
} from "./content-record";
import { CORE_WORDS, otherContentLies, requireSame } from "./refusals";
import { compareSent, readTags, tagsToCompare, type SentComparison } from "./sent-check";
import {
  asDataType,
  destinationOf,
  digestOf,
  indexedOf,
  isNamedByContent,
  type Compared,
  type NamedFiles,
  type PublishOptions,
  type Resemblance,
} from "./target";

interface Looking extends Pick<PublishOptions, "waitMs"> {
  /** As of {@link waitForDataset}. */
  readonly madeAs?: string | undefined;
  readonly isListed: boolean;
  /** Whether all that is listed is held against what stores keep. @default false */
  readonly areAsked?: boolean | undefined;
  /** Whether it is known to be made of the files. Else keys that are like none of the paths leave a doubt that is not said yet. */
  readonly isMadeOfThese: boolean;
}

function localFiles(files: NamedFiles["files"]): ReadonlyMap<string, UploadFile> {
  return new Map(files.filter(hasPlace).map((file) => [file.path, file]));
}

/** Waits, and compares paths, and sizes as far as items show them. Says nothing of contents. */
export async function compareWhenCreated(
  avala: Avala,
  found: Dataset,
  { dataset, files }: NamedFiles,
  { waitMs, madeAs, isListed, areAsked, isMadeOfThese }: Looking,
): Promise<{ readonly dataset: Dataset; readonly items: ItemComparison }> {
  // Until it is created its items come one by one, so a file that is not listed yet would look missing.
  const created =
    found.status === "created"
      ? found
      : await waitForDataset(avala, found, { timeoutMs: msOf(waitMs()), madeAs });
  const dataType = dataset.dataType ?? asDataType(created.dataType);
  // Without a type it can't be known which of the files should be items.
  const items =
    dataType === undefined
      ? { missing: [], extra: [], wrongSize: [], uncompared: 0 }
      : await compareItems(avala, created, indexedOf(files, dataType), {
          owner: dataset,
          waitMs: waitMs(),
          isListed,
          comparedTo: areAsked === true ? localFiles(files) : undefined,
          isMadeOfThese,
        });
  if (isMadeOfThese || items.unmatched === undefined) reportDoubt(avala, created, items);
  return { dataset: created, items };
}

/** @param areSame whether the contents of the files are known to be among those of the items */
export function resemblanceOf(
  { unmatched, uncompared }: ItemComparison,
  areSame: boolean,
): Resemblance {
  const contents = areSame ? "same" : "unshown";
  const isShown = areSame && uncompared === 0;
  if (unmatched !== undefined && !isShown) {
    const { areFileNames } = unmatched;
    return { paths: "unlike", instead: unmatchedText(unmatched), areFileNames, contents };
  }
  return { paths: uncompared > 0 ? "some unclear" : "alike", contents };
}

/** Files that neither the list nor what stores show has shown to be there as they were sent. */
export function unshownIn(
  { uncomparedPaths = [] }: Pick<ItemComparison, "uncomparedPaths">,
  unshown: readonly string[],
): readonly string[] {
  return uncomparedPaths.length === 0
    ? unshown
    : [...new Set([...unshown, ...uncomparedPaths])].sort();
}

export function reportDoubt(
  avala: Pick<Avala, "emit">,
  { name }: Dataset,
  { doubt }: Pick<ItemComparison, "doubt">,
): void {
  if (doubt === undefined) return;
  avala.emit({ kind: "warning", text: `Dataset ${printable(name)}: ${doubt}.` });
}

/** For later runs: what others could have replaced was held against what was sent, and is the same or not known to be. */
async function keepCompared(
  avala: Avala,
  { uid }: Dataset,
  target: NamedFiles,
  { stateDirectory, others, unshown }: Pick<PublishOptions, "stateDirectory"> & SentComparison,
): Promise<void> {
  const digest = digestOf(target);
  if (digest === undefined) return;
  const to = destinationOf(target);
  const record = (content: Omit<RecordedContent, "digest">): Promise<void> =>
    recordContent(avala, to, { uid, digest, ...content }, stateDirectory);
  if (others.length + unshown.length === 0) await record({ isCompared: true });
  else if (others.length === 0 && isNamedByContent(target))
    await record({ isCompared: false, suspects: unshown });
  else await withdrawContent(avala, to, uid, stateDirectory);
}

/** For later runs, which need not list the items of what was compared whole. */
export async function keepVerified(
  avala: Avala,
  { dataset, unverified }: Compared,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<void> {
  const digest = digestOf(target);
  const isTyped = (target.dataset.dataType ?? asDataType(dataset.dataType)) !== undefined;
  if (unverified > 0 || digest === undefined || !isTyped) return;
  await recordVerified(avala, destinationOf(target), { ...dataset, digest }, stateDirectory);
}

/**
 * Whether a dataset is known to be made of the files: by its name, or by our own record of it, if others can't have replaced them
 * or {@link settlePublished} can see whether they have. Whether the suspects among them are right it sees itself.
 */
export async function isContentKnown(
  avala: Avala,
  { uid }: Dataset,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<boolean> {
  if (isNamedByContent(target)) return true;
  const digest = digestOf(target);
  if (digest === undefined) return false;
  const recorded = await recordedContent(avala, destinationOf(target), uid, stateDirectory);
  if (recorded?.digest !== digest) return false;
  return recorded.isCompared || (await readTags(avala, target, stateDirectory)).size > 0;
}

/**
 * Waits for a dataset that was made of `target`, compares, and removes the journal of its upload.
 * @param isKnown whether the guard of the confirm saw that its content is the files'
 * @throws AvalaError `dataset` when it does not hold exactly the files, or other content than was sent, `timeout`, `cancelled`
 */
export async function settlePublished(
  avala: Avala,
  made: Dataset,
  target: NamedFiles,
  options: PublishOptions & { readonly isKnown: boolean },
): Promise<Compared> {
  const removeJournal = (): Promise<void> =>
    removeUploadJournal(avala, destinationOf(target), options.stateDirectory);
  const all = target.files.length;
  const { stateDirectory, isKnown, words = CORE_WORDS } = options;
  const tags = await tagsToCompare(avala, made, target, stateDirectory);
  if (options.waits === false) {
    // The run that compares needs what the store called the files.
    if (tags.size === 0) await removeJournal();
    return { dataset: made, unverified: all };
  }
  const { name: madeAs } = target.dataset;
  const looking = { ...options, madeAs, isListed: tags.size > 0, isMadeOfThese: true };
  const { dataset, items } = await compareWhenCreated(avala, made, target, looking).catch(
    async (error: unknown) => {
      // Once it was deleted its files are to be sent again: what the server gave up on may lie there wrong. Where the name does
      // not tell the content, what the store called the files is what a later run compares.
      if (isAvalaError(error) && error.code === "dataset" && isNamedByContent(target))
        await removeJournal();
      throw error;
    },
  );
  const sent = await compareSent(avala, dataset, target, {
    ...{ tags, items, words },
    waitMs: options.waitMs(),
  });
  // It is made, whole or not: a journal of what was sent for it would only mislead.
  await removeJournal();
  requireSame(dataset, items);
  if (isKnown && tags.size > 0)
    await keepCompared(avala, dataset, target, { stateDirectory, ...sent });
  if (sent.others.length > 0) {
    const how = { words, isNamedByContent: isNamedByContent(target) };
    throw otherContentLies(dataset, sent.others, how);
  }
  const unshown = unshownIn(items, sent.unshown);
  const uncompared = Math.max(items.uncompared, unshown.length);
  const unverified = isKnown ? uncompared : all;
  const resemblance = resemblanceOf(items, isKnown && sent.unshown.length === 0);
  const compared = { dataset, unverified, unshown, resemblance };
  await keepVerified(avala, compared, target, stateDirectory);
  return compared;
}

// No answers of the API. What an error says of the dataset itself says that it is made.
const UNANSWERED: ReadonlySet<ErrorCode> = new Set(["timeout", "network", "redirect", "bad_reply"]);

/** What is reached all the same, where what follows takes longer than the run may wait, or Avala refuses it or fails. */
export function notSettled(
  { name, uid }: Pick<Dataset, "name" | "uid">,
  { manifest, isOnlyFound }: Pick<UploadResult, "manifest"> & { readonly isOnlyFound: boolean },
  error: unknown,
): unknown {
  if (!isAvalaError(error)) return error;
  if (!isApiError(error) && !error.retryable && !UNANSWERED.has(error.code)) return error;
  const count = manifest.entries.length;
  const [files, have] =
    count === 1 ? ["The file", "has"] : [`All ${counted(count, "file")}`, "have"];
  const there = isOnlyFound
    ? "the dataset is there, though its confirm got no reply"
    : "its confirm was accepted";
  const reached = `${files} of ${printable(name)} ${have} landed, and ${there} (uid ${printable(uid)}).`;
  return reworded(error, { message: `${reached} ${error.message}` });
}
