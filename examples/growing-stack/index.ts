// Photographs that people annotate. New ones become one more dataset of the set `training`; what is there stays, with its
// annotations, and the export goes over all of it.
import * as avala from "@avala/pulumi";

const training = new avala.GrowingDataset("training", {
  root: "./images",
  include: ["**/*.jpg"],
});
const release = new avala.Export("release", { datasets: training.datasetUids });

export const datasets = training.datasetNames;
export const uids = training.datasetUids;
export const files = training.fileCount;
// Items that stand for no file any more. They stay at Avala, and the export has them.
export const superseded = training.supersededCount;
// For a training script that leaves those out: each file, and the item that stands for it. As one line of JSON for each, of
// which an `up` prints those that have changed: a list, or a text that is JSON as a whole, it would print in full each time.
// `pulumi stack output current > current.jsonl` writes the file.
export const current = training.current.apply((items) =>
  items.map((item) => JSON.stringify(item)).join("\n"),
);
// A secret: `pulumi stack output downloadUrl --show-secrets` shows it.
export const downloadUrl = release.downloadUrl;
