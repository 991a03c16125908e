// From files to a dataset that holds exactly these files: look, decide, upload, confirm, wait, compare. Every step may be
// repeated, so a run that broke anywhere is simply run again. Knows nothing of front ends.
import type { Avala } from "./api/connect";
import type { Dataset } from "./api/datasets";
import type { ConfirmInput } from "./api/manual-upload";
import { compareItems, confirmDataset, findDataset, waitForDataset } from "./dataset";
import { InputError, isAvalaError, isNotAllowedToRead, type AvalaError } from "./errors";
import { createManifest, shortDigest, type ManifestEntry } from "./files/manifest";
import { isIndexed, type DataType } from "./files/media";
import { existsAlready, holdsOthers, mayBeOurs, requireSame } from "./publish-refusals";
import type { DatasetDestination } from "./upload/destination";
import type { Journal } from "./upload/journal";
import { checkRequest } from "./upload/request";
import { requireRoom } from "./upload/room";
import { uploadWith, type UploadFile, type UploadRequest, type UploadResult } from "./upload/run";
import { openUploadJournal, removeUploadJournal } from "./upload/upload-journal";

export interface PublishTarget {
  /** Its `name` is where the files go. */
  readonly dataset: ConfirmInput & { readonly dataType: DataType };
  readonly files: readonly UploadFile[];
  /**
   * When a dataset of this name is there already. `verify`: it must hold exactly these files, and nothing is sent.
   * `append`: send what it lacks and confirm again, which not every deployment accepts. `fail`: refuse.
   */
  readonly ifExists: "verify" | "append" | "fail";
}

/** What is to be done about one target. */
export interface Decision {
  readonly target: PublishTarget;
  /** What the server has under this name. */
  readonly existing?: Dataset | undefined;
  /** Empty: it holds these files, and nothing is sent. */
  readonly toSend: readonly UploadFile[];
  /** In the dataset, and not among the files. */
  readonly extra: readonly string[];
}

export interface PublishOptions {
  /** Ms still allowed for waiting, asked before each wait. */
  readonly waitMs: () => number;
  /** Whether to wait until the server has indexed the files, and to compare. @default true */
  readonly waits?: boolean | undefined;
  readonly concurrency?: number | undefined;
  readonly stateDirectory?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly partsFromBytes?: UploadRequest["partsFromBytes"];
  /**
   * Whether the caller has asked itself that the files fit into the storage quota, best for all its datasets at once.
   * @default false
   */
  readonly isRoomChecked?: boolean | undefined;
  /** Told as soon as the dataset is made, also when what follows fails. */
  readonly onConfirmed?: ((dataset: Dataset) => void) | undefined;
}

export type PublishResult =
  /** It was there and holds these files; nothing was sent. */
  | { readonly outcome: "unchanged"; readonly dataset: Dataset; readonly extra: readonly string[] }
  | {
      readonly outcome: "uploaded";
      readonly dataset: Dataset;
      readonly upload: UploadResult;
      /** Listed by the server, and not sent now: left under the name by an earlier run. */
      readonly extra: readonly string[];
    }
  /** The deadline came first; nothing was confirmed, and the next run goes on. */
  | { readonly outcome: "partial"; readonly upload: UploadResult };

/** What the server will list; files of other suffixes are stored and never indexed (contract, "Uploading files"). */
function indexedOf({ files, dataset }: PublishTarget): readonly UploadFile[] {
  return files.filter(({ path }) => isIndexed(path, dataset.dataType));
}

async function settle(avala: Avala, dataset: Dataset, options: PublishOptions): Promise<Dataset> {
  if (options.waits === false || dataset.status === "created") return dataset;
  return waitForDataset(avala, dataset, { timeoutMs: options.waitMs() });
}

function requireFiles({ dataset, files }: PublishTarget): void {
  if (files.length > 0) return;
  // The server would make an empty dataset, and its name could never be confirmed again with files.
  const text = `there are none, so the dataset ${dataset.name} would be made empty`;
  throw new InputError([{ input: "files", text }]);
}

/**
 * Looks at what the server has under the target's name and decides what must be sent. Sends nothing.
 * @throws InputError for a target without files; AvalaError `conflict` when the dataset exists and `ifExists` does not
 * allow what it is
 */
export async function decidePublish(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): Promise<Decision> {
  requireFiles(target);
  const existing = await findDataset(avala, target.dataset);
  if (existing === undefined) return { target, toSend: target.files, extra: [] };
  if (target.ifExists === "fail") {
    throw existsAlready(existing);
  }
  // Until it is created its items come one by one, so a file that is not listed yet would look missing.
  const settled = await settle(avala, existing, { ...options, waits: true });
  const items = await compareItems(avala, settled, indexedOf(target));
  const lacked = new Set([...items.missing, ...items.wrongSize]);
  const isExact = lacked.size + items.extra.length === 0;
  if (!isExact && target.ifExists === "verify") throw holdsOthers(settled, items);
  const toSend = target.files.filter(({ path }) => lacked.has(path));
  return { target, existing: settled, toSend, extra: items.extra };
}

function destinationOf({ dataset }: PublishTarget): DatasetDestination {
  return { datasetName: dataset.name, organizationUid: dataset.organizationUid };
}

/**
 * Another run may have made the dataset, and removed the journal, since it was decided to make it: with many datasets
 * that can be long ago. One call here spares sending all of them again.
 */
async function requireStillAbsent(avala: Avala, { dataset }: PublishTarget): Promise<void> {
  const made = await findDataset(avala, dataset).catch((error: unknown) => {
    if (isNotAllowedToRead(error)) return undefined;
    throw error;
  });
  if (made !== undefined) throw existsAlready(made);
}

/**
 * The journal first, the look second: then a journal that was removed in between can't pass for one that was never there.
 * @throws AvalaError `conflict` when the dataset has been made meanwhile
 */
async function openToSend(
  avala: Avala,
  { target, existing }: Decision,
  stateDirectory: string | undefined,
): Promise<Journal | undefined> {
  const journal = await openUploadJournal(avala, destinationOf(target), stateDirectory);
  const goesOn = journal !== undefined && journal.landed.size + journal.parts.size > 0;
  if (existing !== undefined || goesOn) return journal;
  try {
    await requireStillAbsent(avala, target);
    return journal;
  } catch (error) {
    await journal?.close();
    throw error;
  }
}

async function sendAndConfirm(
  avala: Avala,
  decision: Decision,
  options: PublishOptions,
): Promise<PublishResult> {
  const { target, existing, toSend } = decision;
  const { concurrency, stateDirectory, deadlineMs, partsFromBytes } = options;
  const request = {
    ...destinationOf(target),
    ...{ files: toSend, concurrency, deadlineMs, partsFromBytes },
  };
  checkRequest(request);
  if (options.isRoomChecked !== true) await requireRoom(avala, request);
  const journal = await openToSend(avala, decision, stateDirectory);
  const upload = await uploadWith(avala, request, journal);
  if (!upload.isComplete) return { outcome: "partial", upload };
  const isAgain = existing !== undefined;
  const confirmed = await confirmDataset(avala, target.dataset, { isAgain });
  options.onConfirmed?.(confirmed);
  if (options.waits === false) {
    return { outcome: "uploaded", dataset: confirmed, upload, extra: decision.extra };
  }
  const dataset = await settle(avala, confirmed, options);
  const items = await compareItems(avala, dataset, indexedOf(target));
  // Whole or not, what is under this name is the server's now: a journal of it would only mislead.
  await removeUploadJournal(avala, destinationOf(target), stateDirectory);
  requireSame(dataset, items);
  return { outcome: "uploaded", dataset, upload, extra: items.extra };
}

/** Whether the digest of these files is in the dataset's name. */
function isNamedByContent({ dataset, files }: PublishTarget): boolean {
  const entries = files.filter(
    (file): file is UploadFile & ManifestEntry => file.sha256 !== undefined,
  );
  if (entries.length < files.length) return false;
  return dataset.name.includes(shortDigest(createManifest(entries).digest));
}

/** Another run may have confirmed this name while we were sending: then it must be what we would have made. */
async function decideAgain(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
  refusal: AvalaError,
): Promise<Decision> {
  try {
    return await decidePublish(avala, { ...target, ifExists: "verify" }, options);
  } catch (error) {
    if (!isNotAllowedToRead(error)) throw error;
    throw mayBeOurs(target.dataset.name, isNamedByContent(target), refusal);
  }
}

/**
 * Carries a decision out. Safe when another run does the same at once: one of them confirms, and the other finds what
 * it would have made.
 * @throws UploadError when files failed or the upload was stopped; AvalaError `dataset` when the server does not list
 * what was sent, `conflict` or `validation` when the name or slug is taken, `quota` when the files can never fit, `timeout`,
 * `cancelled`
 */
export async function carryOut(
  avala: Avala,
  decision: Decision,
  options: PublishOptions,
): Promise<PublishResult> {
  const { target, existing, toSend, extra } = decision;
  if (existing !== undefined && toSend.length === 0) {
    await removeUploadJournal(avala, destinationOf(target), options.stateDirectory);
    return { outcome: "unchanged", dataset: existing, extra };
  }
  try {
    return await sendAndConfirm(avala, decision, options);
  } catch (error) {
    const isTaken = isAvalaError(error) && error.code === "conflict" && existing === undefined;
    if (!isTaken || target.ifExists === "fail") throw error;
    const again = await decideAgain(avala, target, options, error);
    if (again.existing === undefined) throw error;
    return carryOut(avala, again, options);
  }
}

/** {@link decidePublish}, then {@link carryOut}. */
export async function publishDataset(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): Promise<PublishResult> {
  return carryOut(avala, await decidePublish(avala, target, options), options);
}
