// Dataset, as a program constructs it.
import * as pulumi from "@pulumi/pulumi";
import { credentialFields } from "../../src/api/endpoints/datasets/provider-config";
import type { DataType } from "../../src/files/media";
import { noteProtected, type FileSet } from "./file-set";
import { AvalaResource } from "./resource";

/** Which of the bucket's files are used. */
interface SelectionArgs {
  /** Only files of these suffixes: `jpg`, `png`. @default as the server decides */
  includedExtensions?: pulumi.Input<pulumi.Input<string>[]>;
  /** What lies under these paths is left out. */
  ignoredPaths?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Your own bucket on S3, reached by keys (`accessKeyId`, `secretAccessKey`), or by a role (`roleArn`), which needs an
 * organization. The keys are secrets and are never read back.
 */
export interface S3ProviderConfigArgs extends SelectionArgs {
  provider: "aws_s3";
  bucketName: pulumi.Input<string>;
  bucketRegion: pulumi.Input<string>;
  bucketPrefix?: pulumi.Input<string>;
  /** @default "iam_role" with a `roleArn` */
  authMethod?: pulumi.Input<"access_key" | "iam_role">;
  /** Your role, which Avala assumes: `getStorageSetup` says whom it has to trust. */
  roleArn?: pulumi.Input<string>;
  accessKeyId?: pulumi.Input<string>;
  secretAccessKey?: pulumi.Input<string>;
  isAccelerated?: pulumi.Input<boolean>;
  /** Files are read through this CloudFront distribution. */
  cloudfrontDomain?: pulumi.Input<string>;
  cloudfrontPublicKeyId?: pulumi.Input<string>;
}

/** Your own bucket on Google Cloud Storage. The key file is a secret and is never read back. */
export interface GcsProviderConfigArgs extends SelectionArgs {
  provider: "gc_storage";
  bucketName: pulumi.Input<string>;
  prefix?: pulumi.Input<string>;
  /** The service account's key file, as text. */
  authJsonContent: pulumi.Input<string>;
}

export type ProviderConfigArgs = S3ProviderConfigArgs | GcsProviderConfigArgs;

export interface DatasetArgs {
  /** Make it of these files. Without `files` and `providerConfig` the dataset is made empty. */
  files?: FileSet;
  /**
   * Make it of a bucket of your own. Another bucket is another dataset. Credentials are not: no call of the API changes
   * those of a dataset, so that a change of them is refused.
   */
  providerConfig?: ProviderConfigArgs;
  /** @default with `files` the file set's own, else the resource's name */
  name?: pulumi.Input<string>;
  /** @default made from the name */
  slug?: pulumi.Input<string>;
  /** With `files` it is the file set's, so declare it there. @default what all files agree on */
  dataType?: pulumi.Input<DataType>;
  /** @default "private" */
  visibility?: pulumi.Input<"private" | "public" | "unlisted">;
  ownerName?: pulumi.Input<string>;
  /** With `files` it is the file set's, so declare it there. @default the file set's, else `avala:organizationUid` */
  organizationUid?: pulumi.Input<string>;
  metadata?: pulumi.Input<Record<string, unknown>>;
  industry?: pulumi.Input<number>;
  license?: pulumi.Input<number>;
  /**
   * The API's `gpu_texture_format`, as the API takes it. Another one is another dataset. Not with `files`: it is for a
   * dataset of a bucket, or an empty one.
   */
  gpuTextureFormat?: pulumi.Input<string>;
  /** Takes effect when the dataset is made. @default true */
  createMetadata?: pulumi.Input<boolean>;
  /** Manage an existing dataset of this name; with `files` it must hold exactly these. @default false */
  adopt?: pulumi.Input<boolean>;
  /**
   * What becomes of the dataset when this resource is removed from the stack or replaced. `"delete"` deletes
   * what this stack made and no one has worked on. The API does not say whether anyone else uses it.
   * Takes effect from the state: run `up` with it before you remove the resource.
   * @default "keep"
   */
  onDelete?: pulumi.Input<"keep" | "delete">;
  /** With `onDelete: "delete"`: also when people have annotated it or use it in projects. @default false */
  forceDestroy?: pulumi.Input<boolean>;
  /** Wait until the server has indexed the files, and compare its items with them. @default true */
  waitForIngest?: pulumi.Input<boolean>;
  /** For the waiting. @default 60 */
  timeoutMinutes?: pulumi.Input<number>;
}

const OUTPUTS = [
  "uid",
  "name",
  "slug",
  "dataType",
  "isSequence",
  "visibility",
  "status",
  "itemCount",
  "projectCount",
  "sizeBytes",
  "annotationsCount",
  "ownerName",
  "createdAt",
  "updatedAt",
  "predefinedLabels",
  "isVerified",
] as const;

function withSecrets(config: ProviderConfigArgs | undefined): pulumi.Inputs | undefined {
  if (config === undefined) return undefined;
  const fields: pulumi.Inputs = { ...config };
  for (const field of credentialFields) {
    if (fields[field] !== undefined) fields[field] = pulumi.secret(fields[field]);
  }
  return fields;
}

/** The SDK's own field, which no type of it names: the option as parents and transformations leave it. */
function isProtected(resource: object): boolean {
  return "__protect" in resource && resource.__protect === true;
}

/** Outputs of the file set, not the resource itself: what the dataset depends on is what they say. */
function filesOf(files: FileSet | undefined): pulumi.Inputs | undefined {
  if (files === undefined) return undefined;
  const { datasetName, digest, isVersion, uploadUid, dataType, organizationUid, manifest } = files;
  return { datasetName, digest, isVersion, uploadUid, dataType, organizationUid, manifest };
}

function inputsOf(name: string, args: DatasetArgs): pulumi.Inputs {
  return {
    ...args,
    files: filesOf(args.files),
    providerConfig: withSecrets(args.providerConfig),
    name: args.name ?? (args.files === undefined ? name : undefined),
  };
}

/**
 * A dataset: of a `FileSet`, of a bucket, or empty.
 * @example
 * const dataset = new avala.Dataset("training", { files: images, visibility: "private" });
 * export const uid = dataset.uid;
 */
export class Dataset extends AvalaResource {
  /** Its id: known in a preview also while the resource is to be changed. */
  declare readonly uid: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly slug: pulumi.Output<string>;
  declare readonly dataType: pulumi.Output<string>;
  declare readonly isSequence: pulumi.Output<boolean | undefined>;
  declare readonly visibility: pulumi.Output<string | undefined>;
  /** `creating`, then `created`. */
  declare readonly status: pulumi.Output<string>;
  declare readonly itemCount: pulumi.Output<number>;
  declare readonly projectCount: pulumi.Output<number | undefined>;
  declare readonly sizeBytes: pulumi.Output<number | undefined>;
  declare readonly annotationsCount: pulumi.Output<number | undefined>;
  declare readonly ownerName: pulumi.Output<string | undefined>;
  declare readonly createdAt: pulumi.Output<string | undefined>;
  declare readonly updatedAt: pulumi.Output<string | undefined>;
  declare readonly predefinedLabels: pulumi.Output<unknown>;
  /** Whether it is known to hold exactly the files that were sent; false if contents could not be compared. */
  declare readonly isVerified: pulumi.Output<boolean>;

  constructor(name: string, args: DatasetArgs = {}, options?: pulumi.CustomResourceOptions) {
    super({
      kind: "dataset",
      name,
      inputs: options?.id === undefined ? inputsOf(name, args) : undefined,
      outputs: OUTPUTS,
      options,
    });
    this.uid = this.id;
    if (args.files !== undefined && isProtected(this)) noteProtected(args.files, name);
  }

  /** An existing dataset, by its uid. It is read, and never changed or deleted. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Dataset {
    return new Dataset(name, {}, { ...options, id });
  }
}
