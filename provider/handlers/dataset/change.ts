// Changes a dataset where it is, or says that Avala does not offer it. Knows nothing of the state.
import type { Avala } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import type { DatasetChanges } from "../../../src/api/endpoints/datasets/dataset-given";
import { updateDataset } from "../../../src/api/endpoints/datasets/datasets";
import { refOf } from "../../../src/operations/datasets/dataset-ref";
import { AvalaError, isAvalaError } from "../../../src/errors";
import {
  describeDataset,
  withUid,
  type Counts,
} from "../../../src/operations/datasets/dataset-work";
import { DATASET_FIELDS } from "../../fields/dataset";
import { bodyOf } from "../../process/fields";
import type { Messages } from "../../process/messages";
import { hasUnknown } from "../../process/unknown";
import type { Changes } from "./diff";
import type { Declared } from "./inputs";

function wireChanges(changes: Changes): DatasetChanges {
  return { name: changes.name, extraFields: bodyOf(DATASET_FIELDS, changes) };
}

function changeByHand(names: string): string {
  return `Change it in Avala's dashboard and remove ${names} from the program: what is not declared stays as it is. Or declare another dataset.`;
}

/**
 * In a preview, of changes that an `up` would make: whether this server takes them shows only when they are sent, which is
 * after other resources have sent their files. What is not known yet may be what is there.
 */
export async function announceChanges(
  messages: Messages,
  dataset: Pick<Counts, "name" | "uid">,
  changes: Changes | undefined,
): Promise<void> {
  const known = Object.entries(changes ?? {}).filter(([, value]) => !hasUnknown(value));
  if (known.length === 0) return;
  const names = known.map(([name]) => name).join(", ");
  await messages.warn(
    `up will most likely fail: no published source of Avala's API has a call that changes a dataset (${names}).\nDataset ${withUid(dataset)} would stay as it is. ${changeByHand(names)}`,
  );
}

// No source of the API has a route that changes a dataset: docs/api.md, "Datasets".
/** @throws AvalaError `not_offered`, which names what stays as it is */
export async function changeDataset(
  avala: Avala,
  dataset: Dataset,
  changes: Changes,
): Promise<Dataset> {
  try {
    return await updateDataset(avala, await refOf(avala, dataset), wireChanges(changes));
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "not_offered") throw error;
    const names = Object.keys(changes).join(", ");
    throw new AvalaError(
      "not_offered",
      `${describeDataset(dataset)} was not changed: Avala does not support changing a dataset, or does not allow it with this key (${names}). The dataset and the state stay as they were.`,
      {
        hint: changeByHand(names),
        cause: error,
      },
    );
  }
}

/** What is declared while `changes` are not made: of each what was there before, as far as it is known. */
export function declaredWithout(
  inputs: Declared,
  changes: Changes | undefined,
  before: Declared,
): Declared {
  const keys = Object.keys(changes ?? {}) as readonly (keyof Changes)[];
  return { ...inputs, ...Object.fromEntries(keys.map((key) => [key, before[key]])) };
}
