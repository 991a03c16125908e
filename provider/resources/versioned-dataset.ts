// VersionedDataset: the common case as one component. Files in; for each partition a file set and a dataset; optionally
// one export over all of them.
import * as pulumi from "@pulumi/pulumi";
import { because } from "../../src/files/local-file";
import type { PartitionDepth } from "../../src/files/scan/partition";
import type { FIELDS_WITHOUT_FILES } from "../fields/dataset";
import { OF_DATASETS, OF_FILE_SETS, type PARTITIONS_OWN } from "./component-fields";
import { isLeftOut } from "../process/present";
import { refusal } from "../refusal";
import { checkComponent } from "./component-inputs";
import { Dataset, type DatasetArgs } from "./dataset";
import { Export, type ExportArgs } from "./export";
import { FileSet, type FileSetArgs } from "./file-set";
import { cutNotes, partitionsOf, unmatchedLines, type Partition } from "./partitions";

type SharedFileSetArgs = Pick<
  FileSetArgs,
  "prefix" | "organizationUid" | "dataType" | "checkContent" | "minAgeMinutes" | "concurrency"
>;
type SharedDatasetArgs = Omit<
  DatasetArgs,
  (typeof PARTITIONS_OWN)[number] | keyof typeof FIELDS_WITHOUT_FILES
>;

export interface VersionedDatasetArgs extends SharedFileSetArgs, SharedDatasetArgs {
  /** The folder that holds the files, from the folder of the program. Plain text, since it is listed while the program runs. */
  root: string;
  /** Globs relative to `root`. @default ["**"], every file */
  include?: string[];
  /** Globs that take away. */
  exclude?: string[];
  /** @default false */
  includeHidden?: boolean;
  /** @default "follow" */
  symlinks?: "follow" | "skip" | "error";
  /** Further folders that links may lead to. */
  allowLinkTargets?: string[];
  /** As of a `FileSet`. @default "leave-out" */
  unindexed?: "leave-out" | "send" | "error";
  /**
   * 0: one dataset. 1: each top-level folder of `root` is a separate dataset, so that a change sends only that folder
   * and a new folder costs only itself; files outside any folder form one that is named after
   * `root`, or `root` where that is the program's folder.
   * @default 0
   */
  partitionDepth?: PartitionDepth;
  /** The datasets' names before folder and digest. @default the component's name */
  versionOf?: string;
  /** One export of all the datasets, made again whenever one of them is. */
  export?: Pick<
    ExportArgs,
    "format" | "name" | "filterQueryString" | "triggers" | "waitForExport" | "timeoutMinutes"
  >;
}

/** @throws an error that the engine shows as one message, before anything is registered */
function partitionsFor(name: string, args: VersionedDatasetArgs): readonly Partition[] {
  try {
    checkComponent(args);
    return partitionsOf(args);
  } catch (error) {
    throw refusal(error, `VersionedDataset ${name}`);
  }
}

function chosen(args: VersionedDatasetArgs, fields: object): object {
  return Object.fromEntries(Object.entries(args).filter(([name]) => Object.hasOwn(fields, name)));
}

function fileSetArgs(
  args: VersionedDatasetArgs,
  versionOf: string,
  { folder, label }: Partition,
): FileSetArgs {
  return pulumiArgs<FileSetArgs>({
    ...chosen(args, OF_FILE_SETS),
    root: args.root,
    folder,
    versionOf: label === "" ? versionOf : `${versionOf}-${label}`,
  });
}

function datasetArgs(args: VersionedDatasetArgs, files: FileSet): DatasetArgs {
  return { ...chosen(args, OF_DATASETS), files };
}

/** A program's null counts as left out. */
function withoutNulls(args: VersionedDatasetArgs): VersionedDatasetArgs {
  const given = Object.entries(args).filter(([, value]) => !isLeftOut(value));
  return Object.fromEntries(given) as unknown as VersionedDatasetArgs;
}

/** Pulumi takes `undefined` for absent. */
function pulumiArgs<T>(args: { [K in keyof T]: T[K] | undefined }): T {
  return args as T;
}

function sum(numbers: readonly pulumi.Output<number>[]): pulumi.Output<number> {
  return pulumi.all([...numbers]).apply((all) => all.reduce((total, number) => total + number, 0));
}

/**
 * Files of a folder as datasets whose content never changes: any change is a new version, made before the old one goes.
 * @example
 * const training = new avala.VersionedDataset("training", {
 *   root: "./images",
 *   include: ["**\/*.jpg"],
 *   partitionDepth: 1,
 *   export: { format: "avala-json-external" },
 * });
 * export const uids = training.datasetUids;
 */
export class VersionedDataset extends pulumi.ComponentResource {
  readonly fileSets: readonly FileSet[];
  readonly datasets: readonly Dataset[];
  readonly export: Export | undefined;
  /** One a partition, sorted by folder. */
  readonly datasetUids: pulumi.Output<string[]>;
  /** In the same order. */
  readonly datasetNames: pulumi.Output<string[]>;
  readonly fileCount: pulumi.Output<number>;
  readonly totalBytes: pulumi.Output<number>;
  /** Secret; absent without an export. */
  readonly downloadUrl: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    given: VersionedDatasetArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    const args = withoutNulls(given);
    const partitions = partitionsFor(name, args);
    super("avala:index:VersionedDataset", name, {}, options);
    for (const line of unmatchedLines(args)) {
      const text = `include: ${line.pattern} matches nothing in ${args.root}${because(line)}`;
      void pulumi.log.warn(text, this);
    }
    const { leftOut, uncut } = cutNotes(args);
    for (const line of leftOut) void pulumi.log.info(line, this);
    if (uncut !== undefined) void pulumi.log.info(uncut, this);
    const own = { parent: this };
    const made = partitions.map((partition) => {
      const child = partition.label === "" ? name : `${name}-${partition.label}`;
      const files = new FileSet(child, fileSetArgs(args, args.versionOf ?? name, partition), own);
      return { files, dataset: new Dataset(child, datasetArgs(args, files), own) };
    });
    this.fileSets = made.map(({ files }) => files);
    this.datasets = made.map(({ dataset }) => dataset);
    this.datasetUids = pulumi.all(this.datasets.map(({ uid }) => uid));
    this.datasetNames = pulumi.all(this.fileSets.map(({ datasetName }) => datasetName));
    this.fileCount = sum(this.fileSets.map(({ fileCount }) => fileCount));
    this.totalBytes = sum(this.fileSets.map(({ totalBytes }) => totalBytes));
    this.export =
      args.export === undefined
        ? undefined
        : new Export(name, { ...args.export, datasets: this.datasetUids }, own);
    this.downloadUrl = pulumi.output(this.export?.downloadUrl);
    const { datasetUids, datasetNames, fileCount, totalBytes, downloadUrl } = this;
    this.registerOutputs({ datasetUids, datasetNames, fileCount, totalBytes, downloadUrl });
  }
}
