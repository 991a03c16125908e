// Makes a dataset, or takes over one that is there: never a second one, and never someone's own by accident.
import type { Avala } from "../../src/api/connect";
import type { Dataset, DatasetInput } from "../../src/api/datasets";
import type { ConfirmInput } from "../../src/api/manual-upload";
import {
  compareItems,
  confirmDataset,
  createDatasetOnce,
  findDataset,
  waitForDataset,
} from "../../src/dataset";
import { AvalaError, isAvalaError, listed } from "../../src/errors";
import { slugFrom } from "../../src/files/dataset-name";
import { counted } from "../../src/upload/cost";
import type { ManifestEntry } from "../../src/files/manifest";
import { present } from "../process/present";
import { isSameSlug } from "./dataset-diff";
import type { DatasetInputs } from "./dataset-inputs";

export interface Making {
  readonly avala: Avala;
  readonly inputs: DatasetInputs;
  /** What should become items; absent when it is not known. */
  readonly expected: readonly ManifestEntry[] | undefined;
  readonly timeoutMs: number;
}

function confirmInput(inputs: DatasetInputs): ConfirmInput {
  const { name, slug, dataType, visibility, createMetadata, ownerName, organizationUid } = inputs;
  const { metadata, industry, license } = inputs;
  return present<ConfirmInput>({
    name,
    slug: slug ?? slugFrom(name),
    dataType,
    visibility,
    createMetadata,
    ownerName,
    organizationUid,
    metadata,
    industry,
    license,
  });
}

function isRefusal(error: unknown): error is AvalaError {
  return isAvalaError(error) && (error.code === "conflict" || error.code === "validation");
}

/** Confirms a name that is a dataset already. @throws AvalaError naming both ways out when the server refuses */
export async function confirmAgain({ avala, inputs }: Making): Promise<Dataset> {
  try {
    return await confirmDataset(avala, confirmInput(inputs), { isAgain: true });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new AvalaError(
      error.code,
      `Dataset ${inputs.name} can't be changed in place: ${error.message}`,
      {
        hint:
          "This server makes a dataset once. Leave datasetName out of the FileSet, and each content becomes a dataset " +
          "version of its own; or give it a datasetName that is not taken.",
        cause: error,
      },
    );
  }
}

function describe({ name, uid, ownerName, itemCount }: Dataset): string {
  const owner = ownerName === undefined ? "" : `, of ${ownerName}`;
  return `A dataset named ${name} exists already (uid ${uid}${owner}, ${counted(itemCount, "item")})`;
}

function refuse(dataset: Dataset, why: string): AvalaError {
  return new AvalaError("conflict", `${describe(dataset)}${why}`, {
    hint: "Set adopt: true to manage it from here on, or take another name.",
  });
}

/** Whether what exists is the very version that would be made. */
async function isSameVersion(
  { avala, inputs, expected, timeoutMs }: Making,
  found: Dataset,
): Promise<string | undefined> {
  if (inputs.files?.isVersion !== true || expected === undefined) return ".";
  const settled = await waitForDataset(avala, found, { timeoutMs });
  const { missing } = await compareItems(avala, settled, expected);
  return missing.length === 0
    ? undefined
    : ` and lacks ${counted(missing.length, "file")}:${listed(missing)}`;
}

function refuseOtherType(found: Dataset, { dataType }: DatasetInputs): void {
  if (found.dataType === undefined || found.dataType === dataType) return;
  throw new AvalaError(
    "conflict",
    `${describe(found)} with data type ${found.dataType}, not ${dataType}.`,
    {
      hint: "Declare its own data type, or take another name.",
    },
  );
}

/** No call of the API gives a dataset another slug, so what was declared would not happen. */
function refuseOtherSlug(found: Dataset, { slug }: DatasetInputs): void {
  if (slug === undefined || isSameSlug(found.slug, slug)) return;
  throw new AvalaError("conflict", `${describe(found)} with slug ${found.slug}, not ${slug}.`, {
    hint: `Declare slug: ${JSON.stringify(found.slug)}, or leave slug out, or take another name. To have it under ${slug}, delete it in Avala first.`,
  });
}

async function takeOver(making: Making, found: Dataset): Promise<Dataset> {
  const { inputs } = making;
  refuseOtherType(found, inputs);
  refuseOtherSlug(found, inputs);
  const difference = await isSameVersion(making, found);
  if (difference === undefined) return found;
  if (inputs.adopt !== true) throw refuse(found, difference);
  return inputs.files === undefined ? found : confirmAgain(making);
}

function find({ avala, inputs }: Making): Promise<Dataset | undefined> {
  const { name, ownerName, organizationUid } = inputs;
  return findDataset(avala, { name, ownerName, organizationUid });
}

function make({ avala, inputs }: Making): Promise<Dataset> {
  if (inputs.files !== undefined) return confirmDataset(avala, confirmInput(inputs));
  const { providerConfig } = inputs;
  return createDatasetOnce(
    avala,
    present<DatasetInput>({ ...confirmInput(inputs), providerConfig }),
  );
}

/** @throws AvalaError when a dataset of this name exists that is another, or the name or slug is taken */
export async function makeDataset(
  making: Making,
): Promise<{ readonly dataset: Dataset; readonly wasThere: boolean }> {
  const existing = await find(making);
  if (existing !== undefined) return { dataset: await takeOver(making, existing), wasThere: true };
  try {
    return { dataset: await make(making), wasThere: false };
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "conflict") throw error;
    // Another run may have made it while we looked.
    const other = await find(making);
    if (other !== undefined) return { dataset: await takeOver(making, other), wasThere: true };
    throw new AvalaError(
      "conflict",
      `Dataset ${making.inputs.name} can't be made: ${error.message}`,
      {
        hint: "The name or the slug is someone else's: take another name, or give a slug.",
        cause: error,
      },
    );
  }
}
