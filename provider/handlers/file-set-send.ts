// Sends a file set: what is not stored yet, under its dataset's name. Decides nothing about the dataset itself.
import type { Avala } from "../../src/api/connect";
import type { Dataset } from "../../src/api/datasets";
import { compareItems } from "../../src/dataset";
import { isUploadError } from "../../src/errors";
import { compareManifests } from "../../src/files/compare";
import { createManifest, type Manifest, type ManifestEntry } from "../../src/files/manifest";
import { isIndexed, type DataType } from "../../src/files/media";
import { counted, describeTransfer } from "../../src/upload/cost";
import { requireRoom } from "../../src/upload/room";
import { uploadFiles, type UploadResult } from "../../src/upload/run";
import { UnfinishedError, providerOf } from "../process/failures";
import type { LocalSet } from "../process/local-files";
import type { Messages } from "../process/messages";
import { outputsOf, ownerOf, type FileSetInputs, type FileSetOutputs } from "./file-set-inputs";

export interface Sending {
  readonly avala: Avala;
  readonly messages: Messages;
  readonly inputs: FileSetInputs;
  readonly local: LocalSet;
  /** What the state says is stored already. */
  readonly stored: Manifest | undefined;
  readonly stateDirectory: string;
}

/** The entries that the server makes items of. */
export function indexedEntries(
  manifest: Manifest,
  dataType: DataType | "",
): readonly ManifestEntry[] {
  if (dataType === "") return [];
  return manifest.entries.filter(({ path }) => isIndexed(path, dataType));
}

/** Whether the dataset has all that `manifest` makes: then there is nothing to send. One being made is not read yet. */
export async function lacks(
  avala: Avala,
  dataset: Dataset,
  inputs: FileSetInputs,
  manifest: Manifest,
): Promise<readonly string[]> {
  if (dataset.status !== "created") return [];
  const { missing, wrongSize } = await compareItems(
    avala,
    dataset,
    indexedEntries(manifest, inputs.dataType),
  );
  return [...missing, ...wrongSize];
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

/**
 * Sends what is not stored and returns the outputs of a set that is stored whole.
 * @throws UnfinishedError with what has landed, so that the next `up` sends only the rest
 */
export async function sendFileSet(sending: Sending): Promise<FileSetOutputs> {
  const { avala, messages, inputs, local, stored, stateDirectory } = sending;
  const { manifest, set } = local;
  const { unchanged } = compareManifests(stored ?? createManifest([]), manifest);
  const isStored = new Set(unchanged.map(({ path }) => path));
  const sha256Of = new Map(manifest.entries.map(({ path, sha256 }) => [path, sha256]));
  const files = set.files
    .filter(({ path }) => !isStored.has(path))
    .map((file) => ({ ...file, sha256: sha256Of.get(file.path) }));
  const { datasetName, concurrency } = inputs;
  const organizationUid = ownerOf(inputs);
  try {
    await requireRoom(avala, { files, organizationUid });
    const result = await uploadFiles(avala, {
      datasetName,
      organizationUid,
      concurrency,
      files,
      stateDirectory,
    });
    await messages.info(describeSent(result, isStored.size));
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
