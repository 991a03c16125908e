// Datasets as a whole: find one, make one without ever making two, wait until it is created.
// Knows nothing of how files were sent.
import { withDeadline, type Avala } from "../api/connection";
import { createDataset, getDataset, searchDatasets } from "../api/endpoints/datasets";
import type { Dataset, DatasetInput } from "../api/endpoints/dataset-wire";
import { confirmUpload, type ConfirmInput } from "../api/endpoints/manual-upload";
import { ownedAmong, type OwnerWanted } from "./dataset-owner";
import { AvalaError, isNotAllowedToRead } from "../errors";
import { poll } from "../flow/poll";
import { makeOnce, type Made } from "./lost-reply";
import { printable } from "../redact";

export interface DatasetName extends OwnerWanted {
  readonly name: string;
}

/**
 * The dataset of exactly this name that belongs to the owner, or `undefined`. A public dataset of the same name that
 * belongs to someone else is not it.
 */
export async function findDataset(avala: Avala, wanted: DatasetName): Promise<Dataset | undefined> {
  const found: Dataset[] = [];
  for await (const dataset of searchDatasets(avala, wanted.name)) {
    if (dataset.name === wanted.name) found.push(dataset);
  }
  return ownedAmong(avala, found, wanted);
}

/** {@link findDataset} after a lost reply. @throws AvalaError, still `ambiguous`, when the key may not look */
async function findLost(
  avala: Avala,
  wanted: DatasetName,
  lost: AvalaError,
): Promise<Dataset | undefined> {
  try {
    return await findDataset(avala, wanted);
  } catch (error) {
    throw isNotAllowedToRead(error) ? cannotTell(wanted, lost) : error;
  }
}

function cannotTell({ name }: DatasetName, lost: AvalaError): AvalaError {
  return new AvalaError(
    lost.code,
    `Dataset ${name} may or may not have been made: the reply to its creation was lost, and the key may not look. ${lost.message}`,
    {
      ambiguous: true,
      hint: "Look in the dashboard whether it is there before you run again, or give the key the scope datasets.read, and a run looks for itself.",
      cause: lost,
    },
  );
}

/**
 * Confirms what was uploaded as a dataset. Repeats safely: there is never a second dataset. Call it only when
 * {@link findDataset} found none.
 * @throws ApiError `conflict` when the name or slug is taken; AvalaError, still `ambiguous`, when it can't be known
 * whether it was made
 */
export async function confirmDataset(avala: Avala, input: ConfirmInput): Promise<Made<Dataset>> {
  return makeOnce(avala, {
    what: `confirm dataset ${input.name}`,
    make: () => confirmUpload(avala, input),
    find: (lost) => findLost(avala, input, lost),
  });
}

/** As {@link confirmDataset}, for a dataset that is not made of uploaded files (`POST /datasets/`). */
export async function createDatasetOnce(avala: Avala, input: DatasetInput): Promise<Made<Dataset>> {
  return makeOnce(avala, {
    what: `create dataset ${input.name}`,
    make: () => createDataset(avala, input),
    find: (lost) => findLost(avala, input, lost),
  });
}

const FAILED_STATUSES = new Set(["failed", "error"]);

/**
 * Waits until the server has indexed the dataset.
 * @throws AvalaError `timeout` after `timeoutMs`; `dataset` when the server gave up on it
 */
export async function waitForDataset(
  avala: Avala,
  dataset: Dataset,
  options: { readonly timeoutMs: number },
): Promise<Dataset> {
  const ended = await poll(
    (deadlineMs) => getDataset(withDeadline(avala, deadlineMs), dataset.uid),
    {
      clock: avala.clock,
      random: avala.random,
      timeoutMs: options.timeoutMs,
      what: `dataset ${dataset.name} to be created`,
      signal: avala.signal,
      isDone: ({ status }) => status === "created" || FAILED_STATUSES.has(status.toLowerCase()),
      onValue: ({ name, status, itemCount }) =>
        avala.emit({ kind: "dataset-status", name: printable(name), status, itemCount }),
    },
  );
  if (ended.status === "created") return ended;
  const name = printable(ended.name);
  throw new AvalaError(
    "dataset",
    `The server ended dataset ${name} as ${printable(ended.status)}.`,
    {
      hint: `Look at its health in the dashboard (uid ${printable(ended.uid)}).`,
    },
  );
}
