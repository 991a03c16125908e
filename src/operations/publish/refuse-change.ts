// A dataset is made once: other files under its name are refused.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { compareManifests, describeChanges } from "../../files/manifest/compare";
import type { Manifest } from "../../files/manifest/manifest";
import { CORE_WORDS, madeOfOthers } from "./refusals";
import type { PublishOptions } from "./target";

/**
 * Refuses a change of files whose dataset is made already, by what is known of the files that it was made of.
 * @throws AvalaError `conflict`
 */
export function refuseChange(
  existing: Dataset,
  before: Manifest,
  after: Manifest,
  { words = CORE_WORDS }: Pick<PublishOptions, "words">,
): void {
  if (before.digest === after.digest) return;
  const changes = describeChanges(compareManifests(before, after));
  throw madeOfOthers(existing, changes, { words, isSent: false });
}
