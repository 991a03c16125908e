// Photographs that people annotate. New ones become one more dataset of the set `training`; what is there stays, with its
// annotations, and the export goes over all of it.
import * as avala from "@avala/pulumi";
import * as pulumi from "@pulumi/pulumi";

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
// For a training script that leaves those out: each file, and the item that stands for it. Nothing in it is secret, but each
// `up` prints a plain output in full, several lines a file, and of a secret only `[secret]`.
// `pulumi stack output current --show-secrets > current.json` writes the file.
export const current = pulumi.secret(training.current);
// A secret: `pulumi stack output downloadUrl --show-secrets` shows it.
export const downloadUrl = release.downloadUrl;
