// From a dataset that was made to one that is what was declared: wait for it, hold its items against the files.
import type { Avala } from "../../src/api/connect";
import type { Dataset } from "../../src/api/datasets";
import { compareItems, waitForDataset } from "../../src/dataset";
import { AvalaError, listed } from "../../src/errors";
import type { ManifestEntry } from "../../src/files/manifest";
import { counted } from "../../src/upload/cost";
import { resolveDestination } from "../../src/upload/destination";
import { removeJournal } from "../../src/upload/journal";
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

/** The dataset is there, so the record of what landed would only mislead a later upload under its name. */
async function forgetJournal({ avala, inputs, stateDirectory }: Settling): Promise<void> {
  const { name: datasetName, organizationUid } = inputs;
  try {
    await removeJournal(
      avala.disk,
      stateDirectory,
      await resolveDestination(avala, { datasetName, organizationUid }),
    );
  } catch {
    // It costs a later upload of this name a look at its files, nothing else.
  }
}

/** @throws AvalaError `timeout`; `dataset` when files are not among its items */
export async function settleDataset(settling: Settling, made: Dataset): Promise<Dataset> {
  const { avala, expected, timeoutMs } = settling;
  const dataset = await waitForDataset(avala, made, { timeoutMs });
  if (expected === undefined) return dataset;
  await compare(settling, dataset, expected);
  await forgetJournal(settling);
  return dataset;
}
