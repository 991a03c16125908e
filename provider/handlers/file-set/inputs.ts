// What a FileSet's inputs and outputs are between the engine and its handler, and what is wrong with them.
import { datasetVersionName } from "../../../src/files/manifest/dataset-name";
import { packManifest, unpackManifest } from "../../../src/files/manifest/packing";
import type { Manifest } from "../../../src/files/manifest/manifest";
import type { DataType } from "../../../src/files/media";
import type { Checked } from "../../fields/field";
import type { FILE_SET_FIELDS } from "../../fields/file-set";
import type { Call } from "../../process/calls";
import { without } from "../../process/present";
import { unknownAs } from "../../process/unknown";
import type { LocalSet } from "../../process/local-files";
import { contentsOf, type Contents } from "../choice/contents";

/** As a program gives them. */
export interface FileSetGiven extends Checked<typeof FILE_SET_FIELDS> {
  readonly versionOf: string;
  /** Names of Datasets with `protect: true` that are made of it; from the program's own classes. */
  readonly protectedDatasets?: readonly string[];
  readonly call?: Call;
}

/** What `check` reads from the disk. In the inputs, so that a preview shows it and what is downstream knows it. */
interface FileSetFacts {
  readonly datasetName: string;
  /** Whether the name was made from the content. */
  readonly isVersion: boolean;
  readonly digest: string;
  // Empty, not absent, when there is none: what is absent in a preview is unknown to whatever is made of it.
  readonly dataType: DataType | "";
  readonly organizationUid: string;
  readonly fileCount: number;
  readonly totalBytes: number;
  readonly indexedCount: number;
}

export interface FileSetInputs
  extends Omit<FileSetGiven, keyof FileSetFacts | "call">, FileSetFacts {
  /** For the preview's sake: what the engine prints when files change. */
  readonly contents: Contents;
}

/** The inputs too: the engine shows a change as the difference between old outputs and new inputs. */
export interface FileSetOutputs extends FileSetInputs {
  /** What is stored, packed; of an upload that broke, what of it has landed. */
  readonly manifest: string;
  /**
   * The batch that it was sent in, which the Dataset confirms; empty for the first protocol. The digest does not determine it:
   * where the server refuses a batch, all files are sent again in another one.
   */
  readonly uploadUid: string;
}

function factsOf(given: FileSetGiven, { set, manifest }: LocalSet): FileSetFacts {
  const { digest, totalBytes } = manifest;
  const datasetName =
    given.datasetName ?? datasetVersionName("{folder}-{digest}", digest, given.versionOf);
  return {
    datasetName,
    isVersion: given.datasetName === undefined,
    digest,
    dataType: given.dataType ?? set.dataType ?? "",
    organizationUid: given.organizationUid ?? "",
    fileCount: manifest.entries.length,
    totalBytes,
    indexedCount: set.indexedCount,
  };
}

export function inputsOf(given: FileSetGiven, local: LocalSet): FileSetInputs {
  return {
    ...without(given, ["call"]),
    ...factsOf(given, local),
    contents: contentsOf(local.manifest),
  };
}

/** Nothing is read from the disk while an input is unknown, so what would be computed stays unknown too. */
export function unknownInputs(given: FileSetGiven): FileSetInputs {
  return {
    ...given,
    datasetName: given.datasetName ?? unknownAs(),
    isVersion: given.datasetName === undefined,
    digest: unknownAs(),
    dataType: given.dataType ?? unknownAs(),
    organizationUid: given.organizationUid ?? "",
    fileCount: unknownAs(),
    totalBytes: unknownAs(),
    indexedCount: unknownAs(),
    contents: unknownAs(),
  };
}

/** The outputs when all of `manifest` is stored, or the part of it that is. */
export function outputsOf(
  inputs: FileSetInputs,
  stored: Manifest,
  uploadUid: string | undefined,
): FileSetOutputs {
  const manifest = packManifest(stored);
  return { ...inputs, digest: stored.digest, manifest, uploadUid: uploadUid ?? "" };
}

/** How many files are stored: of an upload that broke, fewer than the set has. */
export function storedCount({ manifest, fileCount }: FileSetOutputs): number {
  try {
    return unpackManifest(manifest).entries.length;
  } catch {
    return fileCount; // one that was found by its dataset has no manifest
  }
}

/** The organization, for the calls that take one. */
export function ownerOf({
  organizationUid,
}: Pick<FileSetFacts, "organizationUid">): string | undefined {
  return organizationUid === "" ? undefined : organizationUid;
}

/** The batch of a state; it has none by the first protocol. */
export function asUid(uploadUid: string | undefined): string | undefined {
  return uploadUid === "" ? undefined : uploadUid;
}
