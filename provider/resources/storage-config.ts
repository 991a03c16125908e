// StorageConfig, as a program constructs it.
import * as pulumi from "@pulumi/pulumi";
import { credentialFields } from "../../src/api/endpoints/datasets/provider-config";
import type { GcsProviderConfigArgs, S3ProviderConfigArgs } from "./dataset";
import { AvalaResource } from "./resource";

interface CommonArgs {
  /** @default the resource's name */
  name?: pulumi.Input<string>;
  /**
   * The slug of the organization that it belongs to; needed by a user who is in several. Another one is another storage
   * config. @default `avala:organization`
   */
  organization?: pulumi.Input<string>;
  /** Have the server try the connection once it is made; one that does not work fails the `up`. @default false */
  test?: pulumi.Input<boolean>;
}

export interface S3StorageConfigArgs extends S3ProviderConfigArgs, CommonArgs {}

export interface GcsStorageConfigArgs extends GcsProviderConfigArgs, CommonArgs {}

export type StorageConfigArgs = S3StorageConfigArgs | GcsStorageConfigArgs;

const OUTPUTS = [
  "uid",
  "name",
  "provider",
  "bucketName",
  "isVerified",
  "createdAt",
  "updatedAt",
] as const;

function inputsOf(name: string, args: StorageConfigArgs): pulumi.Inputs {
  const inputs: pulumi.Inputs = { ...args, name: args.name ?? name };
  for (const field of credentialFields) {
    if (inputs[field] !== undefined) inputs[field] = pulumi.secret(inputs[field]);
  }
  return inputs;
}

/** A connection to your own bucket. The API can't change one: any change makes another, and then removes this one. */
export class StorageConfig extends AvalaResource {
  /** Its id: known in a preview also while the resource is to be changed. */
  declare readonly uid: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly provider: pulumi.Output<string | undefined>;
  declare readonly bucketName: pulumi.Output<string | undefined>;
  declare readonly isVerified: pulumi.Output<boolean | undefined>;
  declare readonly createdAt: pulumi.Output<string | undefined>;
  declare readonly updatedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: StorageConfigArgs, options?: pulumi.CustomResourceOptions) {
    super({
      kind: "storageConfig",
      name,
      inputs: options?.id === undefined ? inputsOf(name, args) : undefined,
      outputs: OUTPUTS,
      options,
    });
    this.uid = this.id;
  }

  /** An existing connection, by its uid. Its credentials are not known. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): StorageConfig {
    const args: StorageConfigArgs = { provider: "aws_s3", bucketName: "", bucketRegion: "" };
    return new StorageConfig(name, args, { ...options, id });
  }
}
