// Makes a dataset, or takes over one that exists: never a second one, and never someone's own by accident.
import type { Dataset, DatasetInput } from "../../../src/api/endpoints/datasets/dataset-wire";
import type { ConfirmInput } from "../../../src/api/endpoints/uploads/manual-upload";
import { createDatasetOnce, findOwned } from "../../../src/operations/datasets/dataset";
import { reportUnknownOwner, type Found } from "../../../src/operations/datasets/dataset-owner";
import { AvalaError } from "../../../src/errors";
import { slugFrom } from "../../../src/files/manifest/dataset-name";
import { confirmSent } from "../../../src/operations/publish/confirm";
import { compareFound } from "../../../src/operations/publish/decide";
import { isRefusalToMake, notMade } from "../../../src/operations/publish/refusals";
import { isNamedByContent, type Resemblance } from "../../../src/operations/publish/target";
import { reworded } from "../../../src/reworded";
import { counted } from "../../../src/text";
import { COMMON_FIELDS, DATASET_FIELDS } from "../../fields/dataset";
import { bodyOfNew } from "../../process/fields";
import { present } from "../../process/present";
import { isSameSlug } from "./diff";
import type { DatasetInputs, Origin } from "./inputs";
import type { Settling } from "./settle";
import { publishOptions } from "../publishing";

/** What each way of making it names; the rest is sent as it is given. */
function named({ name, slug, dataType, ownerName, organizationUid }: DatasetInputs): ConfirmInput {
  return present<ConfirmInput>({
    name,
    slug: slug ?? slugFrom(name),
    dataType,
    ownerName,
    organizationUid,
  });
}

function confirmInput(inputs: DatasetInputs): ConfirmInput {
  return { ...named(inputs), extraFields: bodyOfNew(COMMON_FIELDS, inputs) };
}

function createInput(inputs: DatasetInputs): DatasetInput {
  const { providerConfig } = inputs;
  return { ...named(inputs), providerConfig, extraFields: bodyOfNew(DATASET_FIELDS, inputs) };
}

function describe({ name, uid, ownerName, itemCount }: Dataset): string {
  const owner = ownerName === undefined ? "" : `, of ${ownerName}`;
  return `A dataset named ${name} exists already (uid ${uid}${owner}, ${counted(itemCount, "item")})`;
}

export function unadopted(found: Dataset): AvalaError {
  return new AvalaError("conflict", `${describe(found)}.`, {
    hint: "Set adopt: true to manage it from here on, or use another name.",
  });
}

function otherType(found: Dataset, { dataType }: DatasetInputs): AvalaError | undefined {
  if (found.dataType === undefined || found.dataType === dataType) return undefined;
  const text = `${describe(found)} with data type ${found.dataType}, not ${dataType}.`;
  return new AvalaError("conflict", text, {
    hint: "Declare the data type that it has, or use another name.",
  });
}

function otherSlug(found: Dataset, { slug }: DatasetInputs): AvalaError | undefined {
  if (slug === undefined || isSameSlug(found.slug, slug)) return undefined;
  return new AvalaError("conflict", `${describe(found)} with slug ${found.slug}, not ${slug}.`, {
    hint: `Declare slug: ${JSON.stringify(found.slug)}, or leave slug out, or use another name. To have it under ${slug}, delete it in Avala first.`,
  });
}

/** Why a dataset that is there can't be the declared one: no call of the API gives it another type or slug. */
export function otherThanDeclared(found: Dataset, inputs: DatasetInputs): AvalaError | undefined {
  return otherType(found, inputs) ?? otherSlug(found, inputs);
}

/** A dataset, and what is known of it so far. */
export interface Made {
  readonly dataset: Dataset;
  readonly wasThere: boolean;
  /** `found` too where the reply to its creation was lost and it was there then: it may be another run's. */
  readonly origin: Origin;
  /** Whether its content is known to be the files'. */
  readonly isKnown: boolean;
  /** Whether it is shown to be the declared owner's. */
  readonly isOwnerKnown: boolean;
  /** What a look at the items of one that was there has shown of the files. */
  readonly resemblance?: Resemblance | undefined;
}

function originOf(wasFound: boolean): Origin {
  return wasFound ? "found" : "made";
}

/** A version that exists is ours; any other dataset must hold exactly the files, and is taken when that was asked for. */
async function takeOver(settling: Settling, existing: Found): Promise<Made> {
  const { avala, inputs, madeOf } = settling;
  const { dataset: found, isOwnerKnown } = existing;
  const refusal = otherThanDeclared(found, inputs);
  if (refusal !== undefined) throw refusal;
  const isVersion = madeOf !== undefined && isNamedByContent(madeOf);
  if (!isVersion && inputs.adopt !== true) throw unadopted(found);
  if (madeOf === undefined) {
    if (!isOwnerKnown) reportUnknownOwner(avala, found, inputs);
    return { dataset: found, wasThere: true, origin: "found", isKnown: false, isOwnerKnown };
  }
  // Its file set may have sent them.
  const options = { ...publishOptions(settling), isSent: true };
  const compared = await compareFound(avala, existing, madeOf, options);
  const { dataset, resemblance } = compared;
  const isKnown = compared.unverified === 0;
  const made = { dataset, wasThere: true, origin: "found", isKnown, resemblance } as const;
  // A record of this machine shows it too.
  return { ...made, isOwnerKnown: isOwnerKnown || isKnown };
}

function find(
  { avala, inputs }: Settling,
  options: { readonly isThere?: boolean } = {},
): Promise<Found | undefined> {
  const { name, ownerName, organizationUid } = inputs;
  const slug = inputs.slug ?? slugFrom(name);
  return findOwned(avala, { name, slug, ownerName, organizationUid }, options);
}

/** Takes over what was made while we looked. @throws `refusal` when it is someone else's */
async function takeTaken(settling: Settling, refusal: AvalaError): Promise<Made> {
  const other = await find(settling, { isThere: true });
  if (other === undefined) throw refusal;
  return takeOver(settling, other);
}

async function createOnce(settling: Settling): Promise<Made> {
  const { avala, inputs } = settling;
  const input = createInput(inputs);
  try {
    const { made, wasFound } = await createDatasetOnce(avala, input);
    return {
      dataset: made,
      wasThere: false,
      origin: originOf(wasFound),
      isKnown: false,
      isOwnerKnown: true,
    };
  } catch (error) {
    if (!isRefusalToMake(error)) throw error;
    const refusal = notMade(input, error);
    if (error.code === "conflict") return takeTaken(settling, refusal);
    throw refusal;
  }
}

/** Its files were sent by another resource, which has to send them again. */
function batchUsedUp(refusal: AvalaError): AvalaError {
  const hint =
    "Its files have to be sent again: replace the file set (pulumi up --replace with its URN), which starts another upload.";
  return reworded(refusal, { hint });
}

/** @throws AvalaError when a dataset of this name exists that is another, or the name or slug is taken */
export async function makeDataset(settling: Settling): Promise<Made> {
  const { avala, inputs, madeOf } = settling;
  const existing = await find(settling);
  if (existing !== undefined) return takeOver(settling, existing);
  if (inputs.files === undefined) return createOnce(settling);
  const dataset = { ...confirmInput(inputs), dataType: inputs.dataType };
  const files = madeOf?.files ?? [];
  const { digest, uploadUid } = inputs.files;
  const batch =
    uploadUid === undefined ? undefined : { uid: uploadUid === "" ? undefined : uploadUid };
  const confirmed = await confirmSent(
    avala,
    { dataset, files, digest, batch, isSentNow: false },
    publishOptions(settling),
  );
  if (confirmed.outcome === "batch refused") throw batchUsedUp(confirmed.refusal);
  if (confirmed.outcome === "taken") return takeTaken(settling, confirmed.refusal);
  const { wasFound, isKnown } = confirmed;
  return {
    dataset: confirmed.dataset,
    wasThere: false,
    origin: originOf(wasFound),
    isKnown,
    isOwnerKnown: true,
  };
}
