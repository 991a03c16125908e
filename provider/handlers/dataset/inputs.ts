// What a Dataset's inputs and outputs are between the engine and its handler.
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import type { DataType } from "../../../src/files/media";
import { DATASET_FIELDS, type DatasetFiles } from "../../fields/dataset";
import type { Given } from "../../fields/field";
import { keptIn } from "../../process/fields";
import { present, without } from "../../process/present";
import { hasUnknown, unknownAs } from "../../process/unknown";

type ByProgram = Given<typeof DATASET_FIELDS>;

/** How the dataset came to be the resource's: by this stack, or it was there and was taken over. */
export type Origin = "made" | "found";

export interface DatasetInputs extends ByProgram {
  readonly name: string;
  readonly dataType: DataType;
}

/** As a program gives them: what is left out is made from the rest. */
export interface DatasetGiven extends Omit<ByProgram, "files"> {
  readonly files?: DatasetFiles & { readonly manifest?: string };
}

/** What the API returns. Metadata are kept as declared, as not every deployment returns them. */
type Returned = Omit<Dataset, "metadata">;

/**
 * What is kept as declared stands under the inputs' own names, so that the engine keeps secret what was given as a secret.
 * The API does not return it, and a change of it is found by this.
 */
export interface DatasetOutputs extends Returned, Omit<ByProgram, keyof Returned> {
  readonly dataType: string;
  /** It holds exactly the files, contents included; always true when there are none to hold against. */
  readonly isVerified: boolean;
  /** Absent where it is not known, which counts as found. */
  readonly origin?: Origin | undefined;
  /** Its paths and sizes are the files'. Kept where that is all that can be known, so that it is not looked at again. */
  readonly isCompared?: boolean | undefined;
  /** Names that the server may have made into others. */
  readonly declared: { readonly slug?: string; readonly ownerName?: string };
}

/**
 * Sound once `checkDataset` found nothing. What comes of an unknown value is unknown. `configured`: the organization of the
 * configuration, unless the files were sent as the key's own user's.
 */
export function datasetInputs(
  declared: DatasetGiven,
  configured: string | undefined,
): DatasetInputs {
  const { files } = declared;
  const owner = declared.organizationUid ?? files?.organizationUid ?? configured;
  const given = (owner ?? "") === "" ? declared : { ...declared, organizationUid: owner };
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
export type Declared = Omit<ByProgram, "dataType" | "visibility"> & {
  readonly dataType?: string | undefined;
  readonly visibility?: string | undefined;
};

/** What is known of how a dataset came about and what it holds, besides what the API returns. */
export type Known = Pick<DatasetOutputs, "isVerified" | "isCompared" | "origin">;

/** What the API returns, over what was declared and the API does not return. */
export function datasetOutputs(
  dataset: Dataset,
  declared: Declared,
  { isVerified, isCompared = false, origin }: Known,
): DatasetOutputs {
  return present<DatasetOutputs>({
    ...keptIn(DATASET_FIELDS, declared),
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
  });
}
