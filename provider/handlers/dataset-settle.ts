// From a dataset that was made to one that is what was declared: wait for it, hold its items against the files.
import type { Avala } from "../../src/api/connect";
import type { Dataset } from "../../src/api/datasets";
import { compareItems, waitForDataset } from "../../src/dataset";
import { AvalaError, listed } from "../../src/errors";
import type { ManifestEntry } from "../../src/files/manifest";
import { counted } from "../../src/upload/cost";
import { removeUploadJournal } from "../../src/upload/upload-journal";
import type { Messages } from "../process/messages";
import type { DatasetInputs } from "./dataset-inputs";

export interface Settling {
  readonly avala: Avala;
  readonly messages: Messages;
  readonly inputs: DatasetInputs;
  /** What should be its items; absent when there is nothing to hold against. */
  readonly expected: readonly ManifestEntry[] | undefined;
  readonly timeoutMs: number;
  readonly stateDirectory: string;
}

function refuseMissing({ name, uid }: Dataset, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const what = `${counted(missing.length, "file")} that ${missing.length === 1 ? "was" : "were"} sent`;
  throw new AvalaError("dataset", `Dataset ${name} (uid ${uid}) lacks ${what}:${listed(missing)}`, {
    hint: "Run up again to look once more. If they stay away, replace the file set: pulumi up --replace with its URN.",
  });
}

async function compare(
  { avala, messages }: Settling,
  dataset: Dataset,
  expected: readonly ManifestEntry[],
): Promise<void> {
  const { missing, wrongSize, extra } = await compareItems(avala, dataset, expected);
  refuseMissing(dataset, [...missing, ...wrongSize]);
  if (extra.length === 0) return;
  await messages.warn(
    `Dataset ${dataset.name} also has ${counted(extra.length, "item")} that this file set does not name:${listed(extra)}`,
  );
}

/** @throws AvalaError `timeout`; `dataset` when files are not among its items */
export async function settleDataset(settling: Settling, made: Dataset): Promise<Dataset> {
  const { avala, inputs, expected, timeoutMs, stateDirectory } = settling;
  const dataset = await waitForDataset(avala, made, { timeoutMs });
  if (expected === undefined) return dataset;
  await compare(settling, dataset, expected);
  const { name: datasetName, organizationUid } = inputs;
  await removeUploadJournal(avala, { datasetName, organizationUid }, stateDirectory);
  return dataset;
}
