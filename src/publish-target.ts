// What is published, what was decided about it, what came of it: as values. Does nothing.
import type { Dataset } from "./api/datasets";
import type { ConfirmInput } from "./api/manual-upload";
import { InputError } from "./errors";
import { createManifest, shortDigest, type ManifestEntry } from "./files/manifest";
import { isIndexed, type DataType } from "./files/media";
import type { DatasetDestination } from "./upload/destination";
import type { UploadFile, UploadRequest } from "./upload/request";
import type { UploadResult } from "./upload/result";

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
export function indexedOf({ files, dataset }: PublishTarget): readonly UploadFile[] {
  return files.filter(({ path }) => isIndexed(path, dataset.dataType));
}

/** @throws InputError for a target without files */
export function requireFiles({ dataset, files }: PublishTarget): void {
  if (files.length > 0) return;
  // The server would make an empty dataset, and its name could never be confirmed again with files.
  const text = `there are none, so the dataset ${dataset.name} would be made empty`;
  throw new InputError([{ input: "files", text }]);
}

export function destinationOf({ dataset }: PublishTarget): DatasetDestination {
  return { datasetName: dataset.name, organizationUid: dataset.organizationUid };
}

/** Whether the digest of these files is in the dataset's name. */
export function isNamedByContent({ dataset, files }: PublishTarget): boolean {
  const entries = files.filter(
    (file): file is UploadFile & ManifestEntry => file.sha256 !== undefined,
  );
  if (entries.length < files.length) return false;
  return dataset.name.includes(shortDigest(createManifest(entries).digest));
}
