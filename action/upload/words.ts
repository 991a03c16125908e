// What a workflow writes to get another end than a refusal: as sentences that stand in a hint.
import type { Words } from "../../src/operations/publish/refusals";

export const WORDS: Words = {
  version: "Put {digest} into dataset, and each content gets a dataset version.",
  takeOver: "if-dataset-exists: verify accepts a dataset that holds exactly these files.",
  grow: "Or put {increment} at its end, and each change adds a dataset of what is new.",
  growing:
    "For a set that people annotate, begin a growing set, by {increment} in the place of {digest} in dataset: it sends all files once more, and what was annotated until now stays on the versions. From then on a change adds a dataset of what is new, and annotations stay in the set.",
};
