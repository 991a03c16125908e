// The fields of a Dataset. What describes it, an increment of a growing set has as well.
import {
  credentialFields,
  type ProviderConfig,
} from "../../src/api/endpoints/datasets/provider-config";
import type { DataType } from "../../src/files/media";
import type { Fields } from "./field";
import { bucketOf } from "./bucket";
import {
  isDataType,
  isDatasetName,
  isFlag,
  isMinutes,
  isObject,
  isOneOf,
  isSlug,
  isText,
  isWhole,
  type Rule,
} from "./rules";

/** What a dataset needs to know of the file set that it is made of. */
export interface DatasetFiles {
  readonly datasetName: string;
  readonly digest: string;
  readonly isVersion?: boolean;
  /** The batch that they were sent in; empty for the first protocol. Absent in a preview, and where it was not said. */
  readonly uploadUid?: string;
  /** Empty when the files are of several types. */
  readonly dataType?: DataType | "";
  /** Empty for the key's own user. */
  readonly organizationUid?: string;
}

/** A server may write all slugs in small letters. */
function inSmallLetters(slug: unknown): unknown {
  return typeof slug === "string" ? slug.toLowerCase() : slug;
}

function bucketIn(config: unknown): unknown {
  return typeof config === "object" && config !== null ? bucketOf(config) : config;
}

// The rule is the same; what a program may write differs.
const isProviderConfig = isObject as Rule<ProviderConfig>;
const isFiles = isObject as Rule<DatasetFiles>;
const isMetadata = isObject as Rule<Readonly<Record<string, unknown>>>;

/** What `POST /datasets/` takes and a confirm does not (docs/api.md): for a dataset of a bucket, or an empty one. */
export const FIELDS_WITHOUT_FILES = {
  providerConfig: {
    // Its own fields have rules of their own.
    rule: isProviderConfig,
    change: "replace",
    comparedAs: bucketIn,
    output: "declared",
    secret: credentialFields,
  },
  // It counts when the dataset is made, and no source says that it can be changed.
  gpuTextureFormat: {
    rule: isText,
    change: "replace",
    wire: "gpu_texture_format",
    staysIfLeftOut: true,
    output: "declared",
  },
} as const satisfies Fields;

/** What describes a dataset of files, whoever makes it. */
export const DESCRIPTION_FIELDS = {
  visibility: {
    rule: isOneOf(["private", "public", "unlisted"]),
    change: "update",
    wire: "visibility",
    staysIfLeftOut: true,
    output: "returned",
  },
  metadata: {
    rule: isMetadata,
    change: "update",
    wire: "metadata",
    staysIfLeftOut: true,
    output: "declared",
  },
  industry: {
    rule: isWhole(0),
    change: "update",
    wire: "industry",
    staysIfLeftOut: true,
    output: "declared",
  },
  license: {
    rule: isWhole(0),
    change: "update",
    wire: "license",
    staysIfLeftOut: true,
    output: "declared",
  },
  createMetadata: {
    rule: isFlag,
    change: "ignore",
    wire: "create_metadata",
    output: "declared",
  },
} as const satisfies Fields;

/** How long an `up` waits for it. */
export const WAITING_FIELDS = {
  waitForIngest: { rule: isFlag, change: "ignore", output: "declared" },
  timeoutMinutes: { rule: isMinutes, change: "ignore", output: "declared" },
} as const satisfies Fields;

/** What every dataset can have. */
export const COMMON_FIELDS = {
  name: { rule: isDatasetName, change: "own", output: "returned" },
  dataType: { rule: isDataType, change: "replace", staysIfLeftOut: true, output: "returned" },
  slug: {
    rule: isSlug,
    change: "replace",
    comparedAs: inSmallLetters,
    staysIfLeftOut: true,
    output: "returned",
  },
  organizationUid: { rule: isText, change: "replace", output: "declared" },
  ownerName: { rule: isText, change: "own", output: "returned" },
  files: { rule: isFiles, change: "own", output: "declared" },
  ...DESCRIPTION_FIELDS,
  adopt: { rule: isFlag, change: "ignore", output: "declared" },
  onDelete: {
    rule: isOneOf(["keep", "delete"]),
    change: "update",
    default: "keep",
    output: "declared",
  },
  forceDestroy: { rule: isFlag, change: "update", default: false, output: "declared" },
  ...WAITING_FIELDS,
} as const satisfies Fields;

export const DATASET_FIELDS = { ...FIELDS_WITHOUT_FILES, ...COMMON_FIELDS };
