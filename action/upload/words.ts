// Sentences of the upload: what a workflow writes to get another end than a refusal, and what a key keeps a run from.
import type { Words } from "../../src/operations/publish/refusals";

export const WORDS: Words = {
  version: "Put {digest} into dataset, and each content gets a dataset version.",
  takeOver: "if-dataset-exists: verify accepts a dataset that holds exactly these files.",
  grow: "Or put {increment} at its end, and each change adds a dataset of what is new.",
  growing:
    "For a set that people annotate, begin a growing set, by {increment} in the place of {digest} in dataset: it sends all files once more, and what was annotated until now stays on the versions. From then on a change adds a dataset of what is new, and annotations stay in the set.",
};

/** What a run leaves out whose key may write datasets and not read them. */
export function blindText(name: string, waits: boolean): string {
  const text = `This API key cannot read datasets, so the check whether ${name} exists was skipped.`;
  return waits
    ? `${text} The step does not wait for the dataset either, and nothing of it is compared: for that the key needs the scope datasets.read.`
    : text;
}
