// Sends a file set: what is not stored yet, under its dataset's name. Decides nothing about the dataset itself.
import type { Avala } from "../../src/api/connect";
import type { Dataset } from "../../src/api/datasets";
import { isUploadError } from "../../src/errors";
import { compareManifests } from "../../src/files/compare";
import { createManifest, type Manifest, type ManifestEntry } from "../../src/files/manifest";
import { compareFound, refuseChange } from "../../src/operations/publish-decide";
import { existsAlready } from "../../src/operations/publish-refusals";
import { sendFiles } from "../../src/operations/publish-send";
import { counted, describeTransfer } from "../../src/upload/cost";
import type { UploadResult } from "../../src/upload/run";
import { UnfinishedError, providerOf } from "../process/failures";
import type { LocalSet } from "../process/local-files";
import type { Messages } from "../process/messages";
import { outputsOf, type FileSetInputs, type FileSetOutputs } from "./file-set-inputs";
import { PULUMI_WORDS, publishOptions, targetOf } from "./publishing";

export interface Sending {
  readonly avala: Avala;
  readonly messages: Messages;
  readonly inputs: FileSetInputs;
  readonly local: LocalSet;
  /** What the state says is stored already, and whether that was a whole set. */
  readonly stored?: { readonly manifest: Manifest; readonly isWhole: boolean } | undefined;
  readonly stateDirectory: string;
}

function describeSent(
  { sent, bytesSent, unchanged, durationMs }: UploadResult,
  storedBefore: number,
): string {
  const there = unchanged.length + storedBefore;
  if (sent.length === 0) return `nothing to send: ${counted(there, "file")} there already`;
  const rest = there === 0 ? "" : `, ${counted(there, "file")} there already`;
  return `sent ${counted(sent.length, "file")}, ${describeTransfer(bytesSent, durationMs)}${rest}`;
}

function landedPaths(error: unknown): readonly string[] {
  return isUploadError(error) ? error.landed.map(({ path }) => path) : [];
}

/** The error that puts what has landed into the state; the plain one when nothing has. */
function unfinished(
  { inputs }: Sending,
  error: unknown,
  landed: readonly ManifestEntry[],
): unknown {
  if (landed.length === 0) return error;
  const properties = {
    ...outputsOf(inputs, createManifest(landed)),
    __provider: providerOf(inputs),
  };
  return new UnfinishedError(error, inputs.datasetName, properties);
}

/** The outputs of a set whose dataset exists and holds it. */
export async function reportExisting({
  messages,
  inputs,
  local,
}: Sending): Promise<FileSetOutputs> {
  await messages.info(`nothing to send: ${inputs.datasetName} is on the server`);
  return outputsOf(inputs, local.manifest);
}

/**
 * {@link reportExisting}, unless the dataset holds something else, or is not to be taken.
 * @throws AvalaError `conflict`
 */
export async function takeExisting(sending: Sending, existing: Dataset): Promise<FileSetOutputs> {
  const { avala, inputs, local, stored, stateDirectory } = sending;
  const options = { ...publishOptions({ stateDirectory }), isComparedLater: true };
  const target = targetOf(inputs, local);
  const isNew = stored === undefined;
  if (isNew && target.ifExists === "fail") throw existsAlready(existing, PULUMI_WORDS);
  if (stored?.isWhole === true) refuseChange(existing, stored.manifest, local.manifest, options);
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
  const isStored = new Set(unchanged.map(({ path }) => path));
  const target = targetOf(inputs, local);
  const files = target.files.filter(({ path }) => !isStored.has(path));
  const { concurrency } = inputs;
  try {
    const options = { ...publishOptions({ stateDirectory }), concurrency };
    const sent = await sendFiles(avala, { ...target, files }, options);
    if (sent.outcome === "exists") return await takeExisting(sending, sent.existing);
    await messages.info(describeSent(sent.upload, isStored.size));
    return outputsOf(inputs, manifest);
  } catch (error) {
    const landed = new Set([...isStored, ...landedPaths(error)]);
    throw unfinished(
      sending,
      error,
      manifest.entries.filter(({ path }) => landed.has(path)),
    );
  }
}
