// What Avala says of a dataset's items: each of them, and what it counts. Compares nothing.
import { ignoreAdvice } from "../../api/advice";
import type { Avala } from "../../api/connection";
import { getDatasetHealth, type DatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { listItems } from "../../api/endpoints/datasets/items";
import { isAvalaError } from "../../errors";
import { isRefused, readUnderOwner, type OwnerWanted } from "../datasets/dataset-ref";
import type { ItemFacts } from "./key-comparison";

interface Listing {
  readonly owner: OwnerWanted;
  readonly expected: number;
  /** Whether their URLs are kept, which are long. */
  readonly hasUrls: boolean;
}

/** `undefined` where the server does not list them, under any name of the owner. */
export async function listFacts(
  avala: Avala,
  dataset: Dataset,
  { owner, expected, hasUrls }: Listing,
): Promise<readonly ItemFacts[] | undefined> {
  try {
    return await readUnderOwner(avala, dataset, owner, async (ref) => {
      const items: ItemFacts[] = [];
      // Of one uid an item comes once (pages.ts); a second item of one path is another, which is foreign.
      for await (const { uid, key, sizeBytes, url } of listItems(avala, ref, { expected }))
        items.push(hasUrls ? { uid, key, sizeBytes, url } : { uid, key, sizeBytes });
      return items;
    });
  } catch (error) {
    if (isRefused(error) || (isAvalaError(error) && error.code === "bad_reply")) return undefined;
    throw error;
  }
}

export async function readHealth(
  avala: Avala,
  dataset: Dataset,
  owner: OwnerWanted,
): Promise<DatasetHealth | undefined> {
  const health = readUnderOwner(avala, dataset, owner, (ref) => getDatasetHealth(avala, ref));
  return health.catch(ignoreAdvice);
}
