// The name of a batch of the second protocol. The same content to the same place has the same one, so that a run that
// broke finds the server's part state again, on any machine; other content never meets it.
import { createHash } from "node:crypto";
import type { Random } from "../flow/clock";
import type { ManifestEntry } from "../files/manifest";
import type { FileDestination } from "./attempt";

/** A version 4 UUID made of a sha256. */
function uuidFrom(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** The client-made uuid of a batch (contract, "Uploading files", 1): one a file, so that one file's change is its own. */
export function batchUid(destination: FileDestination, file: ManifestEntry): string {
  const { datasetName, organizationUid = "" } = destination;
  const parts = [datasetName, organizationUid, file.path, file.sizeBytes, file.sha256];
  return uuidFrom(createHash("sha256").update(JSON.stringify(parts)).digest("hex"));
}

// All but the last group: 74 bits of the content.
const CONTENT_LENGTH = 24;

/** Another batch of the same content: what the first one made may have been replaced since. */
export function anotherBatch(base: string, random: Random): string {
  return base.slice(0, CONTENT_LENGTH) + random.uuid().slice(CONTENT_LENGTH);
}

/** Whether `uid` is `base`, or was made of it by {@link anotherBatch}. */
export function isOfContent(base: string, uid: string): boolean {
  return uid.startsWith(base.slice(0, CONTENT_LENGTH));
}
