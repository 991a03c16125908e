// Sends a file set: what is not stored yet, under its dataset's name. Decides nothing about the dataset itself.
import type { Avala } from "../../../src/api/connection";
import { isUploadError } from "../../../src/errors";
import { compareManifests } from "../../../src/files/manifest/compare";
import {
  createManifest,
  type Manifest,
  type ManifestEntry,
} from "../../../src/files/manifest/manifest";
import type { Found } from "../../../src/operations/datasets/dataset-owner";
import { compareFound } from "../../../src/operations/publish/decide";
import { existsAlready } from "../../../src/operations/publish/refusals";
import { refuseChange } from "../../../src/operations/publish/refuse-change";
import { replacedBy } from "../../../src/operations/publish/sent-check";
import { sendFiles } from "../../../src/operations/publish/send";
import { batchUid } from "../../../src/upload/journal/batch";
import { resolveDestination } from "../../../src/upload/destination";
import { notAllSent } from "../../../src/upload/failures";
import { describeSent, type UploadResult } from "../../../src/upload/result";
import { everFewer, providerOf, unfinishedWith, type UnfinishedForm } from "../../process/failures";
import type { LocalSet } from "../../process/local-files";
import type { Messages } from "../../process/messages";
import { asUid, outputsOf, ownerOf, type FileSetInputs, type FileSetOutputs } from "./inputs";
import { PULUMI_WORDS, publishOptions, targetOf } from "../publishing";

export interface Sending {
  readonly avala: Avala;
  readonly messages: Messages;
  readonly inputs: FileSetInputs;
  readonly local: LocalSet;
  /** What the state says is stored already, and whether that was a whole set. */
  readonly stored?:
    | { readonly manifest: Manifest; readonly isWhole: boolean; readonly uploadUid: string }
    | undefined;
  readonly stateDirectory: string | undefined;
}

/** What is stored after an upload that did not end, and the batch that it is in. */
function storedNow(
  { local, stored }: Sending,
  unchanged: readonly ManifestEntry[],
  error: unknown,
): { readonly entries: readonly ManifestEntry[]; readonly uploadUid: string | undefined } {
  const before = asUid(stored?.uploadUid);
  if (!isUploadError(error)) return { entries: unchanged, uploadUid: before };
  const { landed, uploadUid } = error;
  // In another batch nothing of what was stored before counts.
  const isSameBatch = stored !== undefined && uploadUid === before;
  const paths = new Set([...landed, ...(isSameBatch ? unchanged : [])].map(({ path }) => path));
  return { entries: local.manifest.entries.filter(({ path }) => paths.has(path)), uploadUid };
}

/** The error that puts into the state what is stored, or as much of it as fits; the plain one when nothing is. */
function unfinished(
  { inputs }: Sending,
  error: unknown,
  { entries, uploadUid }: ReturnType<typeof storedNow>,
): unknown {
  function* forms(): Generator<UnfinishedForm> {
    for (const some of everFewer(entries)) {
      const outputs = outputsOf(inputs, createManifest(some), uploadUid);
      const properties = { ...outputs, __provider: providerOf(inputs) };
      yield { properties, keptCount: some.length };
    }
  }
  const landedCount = entries.length;
  return unfinishedWith(error, { id: inputs.datasetName, landedCount, forms: forms() });
}

/** The outputs of a set whose dataset exists and holds it. */
export async function reportExisting(sending: Sending): Promise<FileSetOutputs> {
  const { avala, messages, inputs, local } = sending;
  const { datasetName } = inputs;
  await messages.info(`nothing to send: ${datasetName} is on the server`);
  const to = { datasetName, organizationUid: ownerOf(inputs) };
  // What a run that sends it would name, so that the state is the same on every machine.
  const uploadUid = batchUid(await resolveDestination(avala, to), local.manifest.digest);
  return outputsOf(inputs, local.manifest, uploadUid);
}

/**
 * {@link reportExisting}, unless the dataset holds something else, or is not to be taken.
 * @throws AvalaError `conflict`
 */
export async function takeExisting(
  sending: Sending,
  existing: Found,
  upload?: UploadResult,
): Promise<FileSetOutputs> {
  const { avala, inputs, local, stored, stateDirectory } = sending;
  const [isSent, sentOver] = [upload !== undefined, replacedBy(upload)];
  const options = {
    ...publishOptions({ stateDirectory }),
    isComparedLater: true,
    isSent,
    sentOver,
  };
  const target = targetOf(inputs, local);
  const isNew = stored === undefined;
  if (isNew && target.ifExists === "fail")
    throw existsAlready(existing.dataset, { words: PULUMI_WORDS, isSent, sentOver });
  if (stored?.isWhole === true)
    refuseChange(existing.dataset, stored.manifest, local.manifest, options);
  await compareFound(avala, existing, target, options);
  return reportExisting(sending);
}

/**
 * Sends what is not stored and returns the outputs of a set that is stored whole.
 * @throws UnfinishedError with what has landed, so that the next `up` sends only the rest
 */
export async function sendFileSet(sending: Sending): Promise<FileSetOutputs> {
  const { avala, messages, inputs, local, stored, stateDirectory } = sending;
  const { manifest } = local;
  const { unchanged } = compareManifests(stored?.manifest ?? createManifest([]), manifest);
  const target = {
    ...targetOf(inputs, local),
    stored: stored && { uploadUid: asUid(stored.uploadUid), entries: unchanged },
  };
  const { concurrency } = inputs;
  try {
    const options = {
      ...publishOptions({ stateDirectory }),
      concurrency,
      digests: local.set.known,
    };
    const sent = await sendFiles(avala, target, options);
    if (sent.outcome === "partial") throw notAllSent(inputs.datasetName, sent.upload);
    if (sent.outcome === "exists") {
      return await takeExisting(sending, sent.existing, sent.upload);
    }
    await messages.info(describeSent(sent.upload));
    return outputsOf(inputs, manifest, sent.upload.uploadUid);
  } catch (error) {
    throw unfinished(sending, error, storedNow(sending, unchanged, error));
  }
}
