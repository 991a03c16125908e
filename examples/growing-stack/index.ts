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
// For a training script that leaves those out: each file, and the item that stands for it. As one text, since of a list
// each `up` would print every line: `pulumi stack output current > current.json` writes the file.
export const current = training.current.apply((items) => JSON.stringify(items));
// A secret: `pulumi stack output downloadUrl --show-secrets` shows it.
export const downloadUrl = release.downloadUrl;
