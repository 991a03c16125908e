// A growing set read back: which of its datasets Avala still has.
import { getDataset } from "../../../src/api/endpoints/datasets/datasets";
import type { Avala } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { isNotFound } from "../../../src/errors";
import { listUnder } from "../../../src/operations/grow/find-increments";
import { nameOf, type GrowingOutputs } from "./inputs";
import type { IncrementInState } from "./current";

/** @throws whatever is not a 404: only that means gone */
async function readOne(avala: Avala, uid: string): Promise<Dataset | undefined> {
  try {
    return await getDataset(avala, uid);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** By uid what Avala has of the increments: one list, and a look at each that it does not show. */
export async function readIncrements(
  avala: Avala,
  { name }: Pick<GrowingOutputs, "name">,
  increments: readonly IncrementInState[],
): Promise<ReadonlyMap<string, Dataset>> {
  const found = new Map<string, Dataset>();
  if (increments.length === 0) return found;
  const listed = await listUnder(avala, [nameOf({ name })]);
  const byUid = new Map(listed.map((dataset) => [dataset.uid, dataset]));
  for (const { uid } of increments) {
    const dataset = byUid.get(uid) ?? (await readOne(avala, uid));
    if (dataset !== undefined) found.set(uid, dataset);
  }
  return found;
}
