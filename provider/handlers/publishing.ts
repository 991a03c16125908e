// Publishing as both of its resources see it: a FileSet decides and sends, a Dataset confirms and settles.
import type { Manifest } from "../../src/files/manifest/manifest";
import type { Words } from "../../src/operations/publish/refusals";
import type { NamedFiles, PublishOptions, SendTarget } from "../../src/operations/publish/target";
import type { LocalSet } from "../process/local-files";
import type { DatasetInputs } from "./dataset/inputs";
import { ownerOf, type FileSetInputs } from "./file-set/inputs";

export const PULUMI_WORDS: Words = {
  version: "Leave datasetName out of the FileSet to make a dataset version of each content.",
  takeOver:
    "Set adopt: true on the FileSet and on its Dataset to manage one that holds exactly these files.",
  grow: "Or declare a GrowingDataset, to which each change adds a dataset of what is new.",
  growing:
    "If people annotate this set, declare it as a GrowingDataset instead. All files are sent once more, and existing annotations stay on the old versions. After that, each change adds a dataset of what is new, and annotations stay in the set.",
};

// A file set has no time-out: it waits for a dataset that another run makes, and no longer than one waits for its own.
const MAX_WAIT_MS = 60 * 60_000;

/** What a dataset is made of. */
export type MadeOf = NamedFiles & { readonly dataset: { readonly name: string } };

export function publishOptions(given: {
  readonly timeoutMs?: number;
  readonly stateDirectory: string | undefined;
}): PublishOptions {
  const { timeoutMs = MAX_WAIT_MS, stateDirectory } = given;
  return { waitMs: () => timeoutMs, stateDirectory, words: PULUMI_WORDS };
}

function localFilesOf({ set, manifest }: LocalSet): SendTarget["files"] {
  const sha256Of = new Map(manifest.entries.map(({ path, sha256 }) => [path, sha256]));
  return set.files.map((file) => ({ ...file, sha256: sha256Of.get(file.path) }));
}

/** A file set, with all its files. */
export function targetOf(inputs: FileSetInputs, local: LocalSet): SendTarget {
  return {
    dataset: {
      name: inputs.datasetName,
      organizationUid: ownerOf(inputs),
      dataType: inputs.dataType === "" ? undefined : inputs.dataType,
    },
    files: localFilesOf(local),
    digest: local.manifest.digest,
    // A version that exists is this very set; another dataset is taken only when that was asked for.
    ifExists: inputs.isVersion || inputs.adopt === true ? "verify" : "fail",
  };
}

/** What a Dataset is made of, by the manifest of its file set: where that is on the disk, its files can be compared. */
export function publishedFilesOf(
  { name, ownerName, organizationUid, dataType }: DatasetInputs,
  { entries, digest }: Manifest,
  local: LocalSet | undefined,
): MadeOf {
  const files = local === undefined ? entries : localFilesOf(local);
  return { dataset: { name, ownerName, organizationUid, dataType }, files, digest };
}
