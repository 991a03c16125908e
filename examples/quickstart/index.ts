// Photographs become dataset versions in Avala, one a folder; one export goes over all of them.
// Change a photograph, and `pulumi preview` says what sending it costs; `pulumi up` sends that folder alone.
import * as avala from "@avala/pulumi";

const photos = new avala.VersionedDataset("photos", {
  root: "../photos",
  include: ["**/*.jpg"],
  partitionDepth: 1,
  export: { format: "avala-json-external" },
});

export const datasets = photos.datasetNames;
export const uids = photos.datasetUids;
export const files = photos.fileCount;
export const bytes = photos.totalBytes;
// A secret: `pulumi stack output downloadUrl --show-secrets` shows it.
export const downloadUrl = photos.downloadUrl;
