// What a Dataset's inputs and outputs are between the engine and its handler.
import type { Dataset } from "../../../src/api/endpoints/dataset-wire";
import type { ProviderConfig } from "../../../src/api/endpoints/provider-config";
import type { DataType } from "../../../src/files/media";
import { present, without } from "../../process/present";
import { hasUnknown, unknownAs } from "../../process/unknown";

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

/** What becomes of the dataset when its resource leaves the stack, or another one takes its place. */
export type OnDelete = "keep" | "delete";

/** How the dataset came to be the resource's: by this stack, or it was there and was taken over. */
export type Origin = "made" | "found";

export interface DatasetInputs {
  readonly name: string;
  readonly slug?: string;
  readonly dataType: DataType;
  readonly files?: DatasetFiles;
  readonly providerConfig?: ProviderConfig;
  readonly visibility?: string;
  readonly ownerName?: string;
  readonly organizationUid?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly industry?: number;
  readonly license?: number;
  readonly createMetadata?: boolean;
  readonly adopt?: boolean;
  readonly onDelete?: OnDelete;
  readonly forceDestroy?: boolean;
  readonly waitForIngest?: boolean;
  readonly timeoutMinutes?: number;
}

/** As a program gives them: what is left out is made from the rest. */
export interface DatasetGiven extends Omit<DatasetInputs, "name" | "dataType" | "files"> {
  readonly name?: string;
  readonly dataType?: DataType;
  readonly files?: DatasetFiles & { readonly manifest?: string };
}

export interface DatasetOutputs {
  readonly uid: string;
  readonly name: string;
  readonly slug: string;
  readonly dataType: string;
  readonly isSequence?: boolean;
  readonly visibility?: string;
  readonly status: string;
  readonly itemCount: number;
  readonly projectCount?: number;
  readonly sizeBytes?: number;
  readonly annotationsCount?: number;
  readonly ownerName?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly predefinedLabels?: unknown;
  /** It holds exactly the files, contents included; always true when there are none to hold against. */
  readonly isVerified: boolean;
  /** Absent where it is not known, which counts as found. */
  readonly origin?: Origin | undefined;
  /** Its paths and sizes are the files'. Kept where that is all that can be known, so that it is not looked at again. */
  readonly isCompared?: boolean | undefined;
  /** Names that the server may have made into others. */
  readonly declared: { readonly slug?: string; readonly ownerName?: string };
  // As declared, under the inputs' own names, so that the engine keeps secret what was given as a secret. The API does
  // not return them, and a change of them is found by these.
  readonly files?: DatasetFiles;
  readonly providerConfig?: ProviderConfig;
  readonly organizationUid?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly industry?: number;
  readonly license?: number;
  readonly createMetadata?: boolean;
  readonly adopt?: boolean;
  readonly onDelete?: OnDelete;
  readonly forceDestroy?: boolean;
  readonly waitForIngest?: boolean;
  readonly timeoutMinutes?: number;
}

/** Sound once `checkDataset` found nothing. What comes of an unknown value is unknown. */
export function datasetInputs(given: DatasetGiven): DatasetInputs {
  const { files } = given;
  const isKnown = typeof files === "object";
  const fallback = files === undefined || isKnown ? undefined : unknownAs<never>();
  return present<DatasetInputs>({
    ...given,
    files: isKnown ? pickFiles(files) : fallback,
    name: (isKnown ? files.datasetName : given.name) ?? unknownAs<string>(),
    dataType: given.dataType ?? ((isKnown && files.dataType) || unknownAs<DataType>()),
    organizationUid:
      given.organizationUid ?? (isKnown ? files.organizationUid || undefined : fallback),
  });
}

function pickFiles(files: DatasetFiles): DatasetFiles {
  const { datasetName, digest, isVersion, dataType, organizationUid } = files;
  const uploadUid = hasUnknown(files.uploadUid) ? undefined : files.uploadUid;
  return present<DatasetFiles>({
    datasetName,
    digest,
    isVersion,
    uploadUid,
    dataType,
    organizationUid,
  });
}

/** What the inputs, or a state that was made of them, say of a dataset. */
export type Declared = Partial<Omit<DatasetInputs, "dataType">> & { readonly dataType?: string };

/** What is known of how a dataset came about and what it holds, besides what the API returns. */
export type Known = Pick<DatasetOutputs, "isVerified" | "isCompared" | "origin">;

/** What the API tells, over what was declared and the API does not tell. */
export function datasetOutputs(
  dataset: Dataset,
  declared: Declared,
  { isVerified, isCompared = false, origin }: Known,
): DatasetOutputs {
  const { files, providerConfig, organizationUid, metadata, industry, license } = declared;
  const { createMetadata, adopt, onDelete, forceDestroy, waitForIngest, timeoutMinutes } = declared;
  return present<DatasetOutputs>({
    ...without(dataset, ["metadata"]),
    dataType: dataset.dataType ?? declared.dataType ?? "",
    visibility: dataset.visibility ?? declared.visibility,
    isVerified,
    origin,
    isCompared: isCompared && !isVerified ? true : undefined,
    declared: present<DatasetOutputs["declared"]>({
      slug: declared.slug,
      ownerName: declared.ownerName,
    }),
    files,
    providerConfig,
    organizationUid,
    metadata,
    industry,
    license,
    createMetadata,
    adopt,
    onDelete,
    forceDestroy,
    waitForIngest,
    timeoutMinutes,
  });
}
