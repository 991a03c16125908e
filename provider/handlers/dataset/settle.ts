// From a dataset that was made or taken over to one that is what was declared: wait for it, hold its items against the
// files.
import type { Avala } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { waitForDataset } from "../../../src/operations/datasets/dataset";
import { isContentKnown, settlePublished } from "../../../src/operations/publish/settle";
import type { Resemblance } from "../../../src/operations/publish/target";
import { counted } from "../../../src/text";
import type { Messages } from "../../process/messages";
import type { DatasetInputs } from "./inputs";
import { PULUMI_WORDS, publishOptions, type MadeOf } from "../publishing";

export interface Settling {
  readonly avala: Avala;
  readonly messages: Messages;
  readonly inputs: DatasetInputs;
  /** What it is made of; absent when that is not known, or it is not made of files. */
  readonly madeOf: MadeOf | undefined;
  readonly timeoutMs: number;
  readonly stateDirectory: string | undefined;
}

interface Settled {
  readonly dataset: Dataset;
  /** Whether it is known to hold exactly what was declared. */
  readonly isVerified: boolean;
  /** Whether the content is known to be the files': what is not verified then, a warning has said. */
  readonly isKnown: boolean;
  /** Absent where its items were not held against files. */
  readonly resemblance?: Resemblance | undefined;
}

/**
 * @param isKnown whether the confirm saw that its content is the files'
 * @throws AvalaError `timeout`; `dataset` when it does not hold exactly the files
 */
export async function settleDataset(
  settling: Settling,
  made: Dataset,
  isKnown: boolean,
): Promise<Settled> {
  const { avala, inputs, madeOf, timeoutMs, stateDirectory } = settling;
  if (madeOf === undefined) {
    const dataset = await waitForDataset(avala, made, { timeoutMs });
    return { dataset, isVerified: inputs.files === undefined, isKnown: false };
  }
  const known = isKnown || (await isContentKnown(avala, made, madeOf, stateDirectory));
  const options = { ...publishOptions(settling), words: PULUMI_WORDS, isKnown: known };
  const { dataset, unverified, resemblance } = await settlePublished(avala, made, madeOf, options);
  return { dataset, isVerified: unverified === 0, isKnown: known, resemblance };
}

/** As a clause, what is known of a dataset in which no difference was found. */
function foundIn(resemblance: Resemblance | undefined, files: string): string {
  const { paths, contents } = resemblance ?? { paths: "alike", contents: "unshown" };
  const isUnlike = resemblance?.paths === "unlike";
  const unrecorded = "no journal on this machine records what was sent under this name";
  if (contents === "same") {
    if (!isUnlike)
      return `exists, and no difference from ${files} was found. What stays unknown of it was warned of before`;
    return resemblance.areFileNames
      ? `holds the contents of ${files} under other names: ${resemblance.instead}. To have it taken for these files, give them the names of its items`
      : `holds the contents of ${files}, but nothing shows under which paths: ${resemblance.instead}; ${unrecorded}`;
  }
  const some = paths === "some unclear" ? ", as far as these could be compared" : "";
  const found = isUnlike
    ? `exists, but it is not known whether it holds ${files}: ${resemblance.instead};`
    : `has the paths and sizes of ${files}${some}, but nothing shows that it has their contents:`;
  return `${found} ${unrecorded}`;
}

/** Of a dataset in which no difference was found, and of which nothing more can be known. */
export async function reportUnverified(
  { messages, inputs, madeOf }: Settling,
  { dataset: { name, uid }, resemblance }: Pick<Settled, "dataset" | "resemblance">,
): Promise<void> {
  if (inputs.files === undefined) return;
  const files = madeOf === undefined ? "its files" : counted(madeOf.files.length, "file");
  await messages.warn(
    `Dataset ${name} (uid ${uid}) ${foundIn(resemblance, files)}. isVerified is false. ${PULUMI_WORDS.version}`,
  );
}
