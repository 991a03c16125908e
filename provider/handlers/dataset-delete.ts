// Takes a dataset away, unless people have worked on it.
import type { Avala } from "../../src/api/connect";
import { deleteDataset, getDataset, type Dataset } from "../../src/api/datasets";
import { refOf } from "../../src/dataset";
import { isAvalaError } from "../../src/errors";
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

export async function removeDataset(
  avala: Avala,
  messages: Messages,
  props: DatasetOutputs,
): Promise<void> {
  const dataset = await readNow(avala, props.uid);
  if (dataset === undefined) return;
  const { name, uid } = dataset;
  const work = describeWork(dataset);
  if (work !== undefined && props.forceDestroy !== true) {
    await messages.warn(
      `Dataset ${name} (uid ${uid}) has ${work}: people's work is kept, and the dataset leaves the state. ` +
        "To remove it, delete it in Avala, or set forceDestroy: true and run up before it is taken away.",
    );
    return;
  }
  try {
    await deleteDataset(avala, await refOf(avala, dataset));
  } catch (error) {
    if (isGone(error)) return;
    if (!isAvalaError(error) || error.code !== "not_offered") throw error;
    await messages.warn(
      `Dataset ${name} (uid ${uid}) stays: this deployment can't delete datasets. It leaves the state.`,
    );
  }
}
