// Photographs that people annotate. A photograph more becomes one dataset more, and what is annotated stays where it is;
// the export covers all of them. `pulumi preview` says what is new and what sending it costs.
import * as avala from "@avala/pulumi";

const photos = new avala.GrowingDataset("photos", {
  root: "../photos",
  include: ["**/*.jpg"],
});

const release = new avala.Export("photos", {
  datasets: photos.datasetUids,
  format: "avala-json-external",
});

export const datasets = photos.datasetNames;
export const uids = photos.datasetUids;
export const files = photos.fileCount;
export const bytes = photos.totalBytes;
// A secret: `pulumi stack output downloadUrl --show-secrets` shows it.
export const downloadUrl = release.downloadUrl;
