// Datasets as they travel: the reply's shape and the body of what creates one. Knows nothing of calls.
import type { Json } from "../../../json";
import {
  aFlag,
  aNumber,
  aJson,
  aText,
  maybe,
  optionsOf,
  partOf,
  type Members,
} from "../../../shapes";
import { aProviderConfig } from "./bucket-shape";
import { providerBody, type ProviderConfig } from "./provider-config";
import type { Fields } from "../../wire";

/** The contract's types; a newer server may know others. */
export interface Dataset {
  readonly uid: string;
  readonly name: string;
  readonly slug: string;
  /** `image`, `video`, `lidar`, `mcap`, `splat`, `image_3d`; a newer server may say others. */
  readonly dataType?: string | undefined;
  readonly isSequence?: boolean | undefined;
  readonly visibility?: string | undefined;
  /** `creating`, then `created`. */
  readonly status: string;
  /** Decided by: whether all are there that were sent. The other counts are absent where they count nothing. */
  readonly itemCount: number;
  readonly projectCount?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly annotationsCount?: number | undefined;
  readonly ownerName?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  readonly predefinedLabels?: unknown;
  /** As it was given; its keys are never converted. */
  readonly metadata?: unknown;
}

/** What calls read of one that they are given. */
export const aDataset = partOf<Pick<Dataset, "uid" | "name">>({ uid: aText, name: aText });

export function readDataset(fields: Fields): Dataset {
  return {
    uid: fields.pathPart("uid"),
    name: fields.text("name"),
    slug: fields.pathPart("slug"),
    dataType: fields.maybeText("data_type"),
    isSequence: fields.maybeFlag("is_sequence"),
    visibility: fields.maybeText("visibility"),
    // Older servers leave these out of a confirm's reply: the dataset is then still being made.
    // Words are compared without case (docs/api.md, "Exports"); these are no exception.
    status: (fields.maybeWord("status") ?? "creating").toLowerCase(),
    itemCount: fields.maybeCount("item_count") ?? 0,
    projectCount: fields.advisedCount("project_count"),
    sizeBytes: fields.advisedCount("size_bytes"),
    annotationsCount: fields.advisedCount("annotations_count"),
    ownerName: fields.maybeText("owner_name"),
    createdAt: fields.maybeText("created_at"),
    updatedAt: fields.maybeText("updated_at"),
    predefinedLabels: fields.any("predefined_labels"),
    metadata: fields.any("metadata"),
  };
}

/** What a dataset is described by, wherever it comes from. */
export interface DatasetDescription {
  readonly name: string;
  readonly slug: string;
  readonly dataType: string;
  /** `private`, `public`, on newer servers `unlisted`. @default private */
  readonly visibility?: string | undefined;
  /** @default true */
  readonly createMetadata?: boolean | undefined;
  readonly ownerName?: string | undefined;
  readonly organizationUid?: string | undefined;
  readonly metadata?: Json | undefined;
  readonly industry?: number | undefined;
  readonly license?: number | undefined;
  /** Further fields under the API's own names. They go into the body as they are, and over those above. */
  readonly extraFields?: Json | undefined;
}

export interface DatasetInput extends DatasetDescription {
  readonly isSequence?: boolean | undefined;
  readonly providerConfig?: ProviderConfig | undefined;
  readonly gpuTextureFormat?: string | undefined;
}

export const OF_UNNAMED: Members<Omit<DatasetDescription, "name" | "slug">> = {
  dataType: aText,
  visibility: maybe(aText),
  createMetadata: maybe(aFlag),
  ownerName: maybe(aText),
  organizationUid: maybe(aText),
  metadata: maybe(aJson),
  industry: maybe(aNumber),
  license: maybe(aNumber),
  extraFields: maybe(aJson),
};

export const OF_DESCRIPTION: Members<DatasetDescription> = {
  name: aText,
  slug: aText,
  ...OF_UNNAMED,
};

export const DATASET_INPUT = optionsOf<DatasetInput>({
  ...OF_DESCRIPTION,
  isSequence: maybe(aFlag),
  providerConfig: maybe(aProviderConfig),
  gpuTextureFormat: maybe(aText),
});

/** A JSON body; what is `undefined` is not sent. */
export function describeBody(input: DatasetDescription): Json {
  return {
    name: input.name,
    slug: input.slug,
    data_type: input.dataType,
    // Both are always sent, as Avala's own SDKs do; the reference gives these values as the server's defaults.
    visibility: input.visibility ?? "private",
    create_metadata: input.createMetadata ?? true,
    owner_name: input.ownerName,
    organization_uid: input.organizationUid,
    metadata: input.metadata,
    industry: input.industry,
    license: input.license,
    ...input.extraFields,
  };
}

export function datasetBody(input: DatasetInput): Json {
  return {
    is_sequence: input.isSequence,
    gpu_texture_format: input.gpuTextureFormat,
    provider_config: input.providerConfig && providerBody(input.providerConfig),
    ...describeBody(input),
  };
}
