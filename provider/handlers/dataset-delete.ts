// Takes a dataset away, unless people have worked on it.
import type { Avala } from "../../src/api/connect";
import { deleteDataset, getDataset, type Dataset } from "../../src/api/datasets";
import { refOf } from "../../src/dataset";
import { AvalaError, isAvalaError } from "../../src/errors";
import { counted } from "../../src/upload/cost";
import type { Messages } from "../process/messages";
import type { DatasetOutputs } from "./dataset-inputs";

function isGone(error: unknown): boolean {
  return isAvalaError(error) && error.code === "not_found";
}

function describeWork({ annotationsCount = 0, projectCount = 0 }: Dataset): string | undefined {
  const parts: string[] = [];
  if (annotationsCount > 0) parts.push(counted(annotationsCount, "annotation"));
  if (projectCount > 0) parts.push(counted(projectCount, "project"));
  return parts.length === 0 ? undefined : parts.join(" and ");
}

/** The dataset as it is now: its counts in the state may be old, and people's work is what this is about. */
async function readNow(avala: Avala, uid: string): Promise<Dataset | undefined> {
  try {
    return await getDataset(avala, uid);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function describeDataset({ name, uid }: Dataset): string {
  return `Dataset ${name} (uid ${uid})`;
}

function cannotMakeWay(
  dataset: Dataset,
  why: string,
  hint: string,
  cause?: AvalaError,
): AvalaError {
  return new AvalaError(
    "conflict",
    `${describeDataset(dataset)} can't make way for another of its name: ${why}`,
    { hint, cause },
  );
}

function workStays(dataset: Dataset, work: string): AvalaError {
  return cannotMakeWay(
    dataset,
    `it has ${work}, and people's work is kept.`,
    "Leave it as it is, or give the new one another name. To lose that work, set forceDestroy: true by itself, run up, and make the change after that.",
  );
}

/**
 * Before a replacement under the same name is begun: one that would be kept would be taken over again as it is, and
 * nothing would have changed. Advisory when the server can't be asked: {@link removeDataset} asks again.
 * @throws AvalaError `conflict`
 */
export async function refuseIfKept(
  avala: Avala,
  props: DatasetOutputs,
  changed: readonly string[],
): Promise<void> {
  if (props.forceDestroy === true) return;
  let dataset: Dataset | undefined;
  try {
    dataset = await readNow(avala, props.uid);
  } catch (error) {
    if (isAvalaError(error)) return;
    throw error;
  }
  const work = dataset && describeWork(dataset);
  if (dataset === undefined || work === undefined) return;
  const error = workStays(dataset, work);
  const text = `${error.message} What changes is ${changed.join(", ")}.`;
  throw new AvalaError(error.code, text, { hint: error.hint, cause: error });
}

export interface Removal {
  /** Another of its name is to be made right after: then what can't be deleted is an error, and stays in the state. */
  readonly mustGo: boolean;
}

export async function removeDataset(
  avala: Avala,
  messages: Messages,
  props: DatasetOutputs,
  { mustGo }: Removal,
): Promise<void> {
  const dataset = await readNow(avala, props.uid);
  if (dataset === undefined) return;
  const work = describeWork(dataset);
  if (work !== undefined && props.forceDestroy !== true) {
    if (mustGo) throw workStays(dataset, work);
    await messages.warn(
      `${describeDataset(dataset)} has ${work}: people's work is kept, and the dataset leaves the state. ` +
        "To remove it, delete it in Avala, or set forceDestroy: true and run up before it is taken away.",
    );
    return;
  }
  try {
    await deleteDataset(avala, await refOf(avala, dataset));
  } catch (error) {
    if (isGone(error)) return;
    if (!isAvalaError(error) || error.code !== "not_offered") throw error;
    if (mustGo) throw notOffered(dataset, error);
    await messages.warn(
      `${describeDataset(dataset)} stays: this deployment can't delete datasets. It leaves the state.`,
    );
  }
}

function notOffered(dataset: Dataset, cause: AvalaError): AvalaError {
  return cannotMakeWay(
    dataset,
    "this deployment can't delete datasets.",
    "Leave it as it is, or give the new one another name; or delete it in Avala, then run up again.",
    cause,
  );
}
