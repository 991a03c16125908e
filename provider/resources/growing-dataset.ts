// GrowingDataset, as a program constructs it.
import * as pulumi from "@pulumi/pulumi";
import type { DESCRIPTION_FIELDS, WAITING_FIELDS } from "../fields/dataset";
import type { SET_FIELDS } from "../fields/file-set";
import {
  currentInState,
  type CurrentItem,
  type IncrementInState,
} from "../handlers/growing-dataset/current";
import type { DatasetArgs } from "./dataset";
import type { FileSetArgs } from "./file-set";
import { AvalaResource } from "./resource";

export interface GrowingDatasetArgs
  extends
    Pick<FileSetArgs, keyof typeof SET_FIELDS | "organizationUid">,
    Pick<DatasetArgs, keyof typeof DESCRIPTION_FIELDS | keyof typeof WAITING_FIELDS> {
  /**
   * The set's name; its datasets are called `training-0001-3f9a1c2e77b0` and so on. Another name is another set.
   * @default the resource's name
   */
  name?: pulumi.Input<string>;
  /**
   * What to do about files that go or change while they are read: `leave-out` leaves them for the next `up`.
   * @default "fail"
   */
  changingFiles?: pulumi.Input<"fail" | "leave-out">;
  /**
   * Another type is another set. To be given when files of several types leave it open.
   * @default what all files agree on
   */
  dataType?: DatasetArgs["dataType"];
}

const OUTPUTS = [
  "datasetUids",
  "datasetNames",
  "digest",
  "dataType",
  "fileCount",
  "totalBytes",
  "supersededCount",
  "unverifiedCount",
  "increments",
  "pending",
] as const;

/**
 * Files that people annotate: a change adds a dataset of what is new, and leaves the others, with their annotations, where
 * they are. Nothing is ever deleted.
 * @example
 * const training = new avala.GrowingDataset("training", { root: "./images", include: ["**\/*.jpg"] });
 * const release = new avala.Export("release", { datasets: training.datasetUids });
 */
export class GrowingDataset extends AvalaResource {
  /** Of all its datasets, the oldest first: what an `Export` over the set takes. */
  declare readonly datasetUids: pulumi.Output<string[]>;
  /** In the same order. */
  declare readonly datasetNames: pulumi.Output<string[]>;
  /** sha256 over the sorted list of path, size and sha256 of what is declared. */
  declare readonly digest: pulumi.Output<string>;
  declare readonly dataType: pulumi.Output<string>;
  /** Declared files. */
  declare readonly fileCount: pulumi.Output<number>;
  declare readonly totalBytes: pulumi.Output<number>;
  /** Items that stand for no declared file any more: they stay, and exports have them. */
  declare readonly supersededCount: pulumi.Output<number>;
  /** Declared files whose items can't be compared by content: neither sent nor called unchanged. */
  declare readonly unverifiedCount: pulumi.Output<number>;

  /** What the state keeps of each dataset, packed. */
  declare readonly increments: pulumi.Output<IncrementInState[]>;

  /**
   * For each declared file the item that stands for it: a training script that takes these leaves out what is superseded.
   * Made of the state when it is asked for, and not kept in it.
   */
  get current(): pulumi.Output<CurrentItem[]> {
    return pulumi.output(this.increments).apply((increments) => currentInState(increments ?? []));
  }

  constructor(name: string, args: GrowingDatasetArgs, options?: pulumi.CustomResourceOptions) {
    super({
      kind: "growingDataset",
      name,
      inputs: { ...args, name: args.name ?? name },
      outputs: OUTPUTS,
      quietOutputs: ["increments", "pending"],
      options,
    });
  }
}
