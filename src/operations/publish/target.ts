// What is published, what was decided about it, what came of it: as values. Does nothing.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { ConfirmInput } from "../../api/endpoints/uploads/manual-upload";
import type { KnownFiles } from "../../files/digests/known-files";
import { dataTypes, isIndexed, type DataType } from "../../files/media";
import type { LandedInBatch } from "../../upload/journal/batch";
import {
  digestOfContent,
  isNamedByContent as isContentName,
} from "../../upload/journal/content-name";
import type { DatasetDestination } from "../../upload/destination";
import type { LockedDestination } from "../../upload/journal/destination-lock";
import type { PlaceTags } from "../../upload/check/place-tag";
import type { UploadFile } from "../../upload/request";
import type { UploadResult } from "../../upload/result";
import type { Found } from "../datasets/dataset-owner";
import type { WaitMs } from "../wait";
import type { Words } from "./refusals";

/** A name, and the files that are, or should be, stored under it. */
export interface NamedFiles {
  readonly dataset: {
    readonly name: string;
    readonly slug?: string | undefined;
    readonly ownerName?: string | undefined;
    readonly organizationUid?: string | undefined;
    /** Absent for files of several types: then a dataset that is found says what it indexes. */
    readonly dataType?: DataType | undefined;
  };
  readonly files: readonly NamedFile[];
  /** Of all the files. @default made from their sha256, where all have one */
  readonly digest?: string | undefined;
  /** Of those to whose places runs of other content can send: what the store called them. @default what the journal has */
  readonly tags?: PlaceTags | undefined;
}

export type NamedFile = Pick<UploadFile, "path" | "sizeBytes" | "sha256">;

/** All that deciding and sending need to know. */
export interface SendTarget extends NamedFiles {
  /** What is known to have landed otherwise than by the journal. */
  readonly stored?: LandedInBatch | undefined;
  readonly files: readonly UploadFile[];
  /**
   * When a dataset of this name exists. `verify`: it must hold exactly these files, as far as that can be compared.
   * `fail`: refuse. Nothing is sent either way: a dataset is made once.
   */
  readonly ifExists: "verify" | "fail";
}

export interface PublishTarget extends SendTarget {
  readonly dataset: ConfirmInput & { readonly dataType: DataType };
}

/** What is to be done about one target. */
export type Decision<Target extends SendTarget = PublishTarget> =
  | { readonly kind: "send"; readonly target: Target }
  /** The server has a dataset of this name, and nothing in it differs from these files. */
  | ({ readonly kind: "found"; readonly target: Target } & Compared);

/** What a dataset's items have shown of the files, where not all of it is verified. */
export type Resemblance = {
  /** Whether all contents of the files are among those of the items, as far as a look or a record shows. */
  readonly contents: "same" | "unshown";
} & (
  | { readonly paths: "alike" | "some unclear" }
  /** No key is like a path. */
  | {
      readonly paths: "unlike";
      /** As a clause, what there is instead. */
      readonly instead: string;
      /** Whether keys are names as files have them: then the items may be files of other names. */
      readonly areFileNames: boolean;
    }
);

/** A dataset whose items were held against the files. */
export interface Compared {
  readonly dataset: Dataset;
  /** How many of the files could not be compared by their content. */
  readonly unverified: number;
  /** Of these the ones that are known. */
  readonly unshown?: readonly string[] | undefined;
  /** Absent where its items were not held against them. */
  readonly resemblance?: Resemblance | undefined;
}

/** `sending`: before the first byte, and while another run is waited for. `confirm`: the last look. */
export type LookMoment = "sending" | "confirm";

export interface PublishOptions {
  /** Ms still allowed for waiting, asked before each wait. `"preview"`: none, and no list is ended. */
  readonly waitMs: () => WaitMs;
  /** Whether to wait until the server has indexed the files, and to compare. @default true */
  readonly waits?: boolean | undefined;
  readonly concurrency?: number | undefined;
  readonly stateDirectory?: string | undefined;
  /**
   * Ms since the epoch: then nothing more is started, and nothing waits beyond it. Once the dataset is made, `waitMs` alone bounds
   * what follows.
   */
  readonly deadlineMs?: number | undefined;
  /** Where the digests of the files are noted: forgotten when sending one shows that they are wrong. */
  readonly digests?: KnownFiles | undefined;
  /**
   * Whether the caller has asked itself that the files fit into the storage quota, best for all its datasets at once.
   * @default false
   */
  readonly isRoomChecked?: boolean | undefined;
  /** What the caller's users write to get what a hint recommends. */
  readonly words?: Words | undefined;
  /**
   * Looks whether a dataset of this very content exists by now, just before the first byte and just before the confirm: then
   * it is taken. For content that may have several names. What it throws ends the run, and nothing is confirmed. @default
   * the one of the target's name, before the first byte
   */
  readonly findMade?: ((moment: LookMoment) => Promise<Found | undefined>) | undefined;
  /**
   * The slug to confirm under, asked after each last look of `findMade`: where the name or the slug is taken, the next one is
   * tried after another look. @default the target's, which is also the last one that is tried
   */
  readonly slugFor?: ((refusals: number) => string | undefined) | undefined;
  /** Called as soon as the dataset is made, also when what follows fails. */
  readonly onConfirmed?: ((dataset: Dataset) => void) | undefined;
}

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

interface SentBefore {
  /** What this run had sent when it turned out that another one had made the dataset. Absent where nothing was sent. */
  readonly upload?: UploadResult | undefined;
}

export type PublishResult =
  /** It existed and holds these files. */
  | ({ readonly outcome: "unchanged" } & Compared & SentBefore)
  /** It existed, and nothing in it is known to differ, and contents were not compared. */
  | ({ readonly outcome: "unverified" } & Compared & SentBefore)
  | ({ readonly outcome: "uploaded"; readonly upload: UploadResult } & Compared)
  | PartialResult;

/**
 * The deadline came first; nothing is known to be confirmed, and the next run resumes: with the confirm, where the upload is
 * complete.
 */
export interface PartialResult {
  readonly outcome: "partial";
  /** Absent where the deadline came before it was known what had landed, also in earlier runs. */
  readonly upload?: UploadResult | undefined;
  /** What would have had to wait beyond the deadline, in a sentence, where it was not the sending. */
  readonly waitedFor?: string | undefined;
  /** Whether the response to the confirm was lost, so that the dataset may exist: the next run looks for it. @default false */
  readonly isConfirmLost?: boolean | undefined;
}

/** What a run of this decision would send. */
export function toSend({ kind, target }: Decision<SendTarget>): readonly UploadFile[] {
  return kind === "send" ? target.files : [];
}

export function asDataType(text: string | undefined): DataType | undefined {
  return dataTypes.find((dataType) => dataType === text);
}

/** What the server will list; files of other suffixes are stored and never indexed (docs/api.md, "Uploading files"). */
export function indexedOf<File extends { readonly path: string }>(
  files: readonly File[],
  dataType: DataType | undefined,
): readonly File[] {
  if (dataType === undefined) return [];
  return files.filter(({ path }) => isIndexed(path, dataType));
}

export function destinationOf({ dataset }: Pick<NamedFiles, "dataset">): DatasetDestination {
  return { datasetName: dataset.name, organizationUid: dataset.organizationUid };
}

/** The same with what shows whether other content could lie there, for a lock and a journal. */
export function lockedOf(target: NamedFiles): LockedDestination {
  const { files, digest } = target;
  return { ...destinationOf(target), files, digest };
}

/** The digest of the files; `undefined` while that of one is not known. */
export function digestOf(target: NamedFiles): string | undefined {
  return digestOfContent(lockedOf(target));
}

/** Whether the digest of the files is in the dataset's name: then other content has another name. */
export function isNamedByContent(target: NamedFiles): boolean {
  return isContentName(lockedOf(target));
}
