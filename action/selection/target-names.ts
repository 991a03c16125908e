// What the datasets of a run are called, by the templates of the inputs. Pure.
import { filledName, slugFrom } from "../../src/files/manifest/dataset-name";
import {
  growingName,
  isGrowingTemplate,
  nameOfSet,
  type GrowingName,
} from "../../src/operations/grow/increment-name";
import type { UploadInputs } from "../inputs/upload";

interface Names {
  /** Of a growing set with `{increment}` in it. */
  readonly name: string;
  readonly slug: string;
  readonly growing?: GrowingName | undefined;
}

/** @throws InputError */
export function namesOf(
  { dataset, slug, partitionDepth }: UploadInputs,
  partition: string,
  digest: string,
): Names {
  if (isGrowingTemplate(dataset)) {
    const growing = growingName(dataset, {
      folder: partitionDepth === 0 ? undefined : partition,
      slug,
    });
    const name = `${growing.before}{increment}`;
    return { name, slug: slugFrom(nameOfSet(growing)) || "increment", growing };
  }
  const values = { digest, folder: partitionDepth === 0 ? undefined : partition };
  const name = filledName("dataset", dataset, values);
  return { name, slug: slugFrom(slug === undefined ? name : filledName("slug", slug, values)) };
}
