// Sentences of the upload: what a workflow writes to get another end than a refusal, and what a key keeps a run from.
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { Words } from "../../src/operations/publish/refusals";

export const WORDS: Words = {
  version: "Put {digest} into dataset to make a dataset version of each content.",
  takeOver: "if-dataset-exists: verify accepts a dataset that holds exactly these files.",
  grow: "Or put {increment} at its end: each change then adds a dataset of what is new.",
  growing:
    "If people annotate this set, make it a growing set: replace {digest} by {increment} in dataset. All files are sent once more, and existing annotations stay on the old versions. After that, each change adds a dataset of what is new, and annotations stay in the set.",
};

/** What a run leaves out whose key may write datasets and not read them. */
export function blindText(name: string, waits: boolean): string {
  const text = `This API key cannot read datasets, so the check whether ${name} exists was skipped.`;
  return waits
    ? `${text} The step does not wait for the dataset or compare it either: that needs the scope datasets.read.`
    : text;
}

/**
 * What a step asks of a dataset that exists and is otherwise: nothing changes it. That it is not private is no wish of a step
 * that leaves `visibility` out.
 */
export function unappliedText({ visibility: found }: Dataset, wanted: string): string {
  if (wanted === "private" || found === undefined || found === wanted) return "";
  return ` It stays ${found}: visibility (${wanted}) has an effect only when a dataset is made.`;
}
