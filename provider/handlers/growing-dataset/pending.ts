// An increment whose upload broke, as the state has it. Pure.
import type { ManifestEntry } from "../../../src/files/manifest/manifest";
import { unpackManifest } from "../../../src/files/manifest/packing";
import type { GrowOptions } from "../../../src/operations/grow/growth";
import { present } from "../../process/present";
import { packed } from "./state";

/** Of an upload that broke. */
export interface PendingIncrement {
  readonly name: string;
  /** The batch; absent by the first protocol. */
  readonly uploadUid?: string | undefined;
  /** What has landed, packed. */
  readonly manifest: string;
}

export function pendingOf(
  name: string,
  uploadUid: string | undefined,
  landed: readonly ManifestEntry[],
): PendingIncrement {
  return present<PendingIncrement>({ name, uploadUid, manifest: packed(landed) });
}

export function storedOf(pending: PendingIncrement | undefined): GrowOptions["stored"] {
  if (pending === undefined) return undefined;
  const { name, uploadUid, manifest } = pending;
  return { name, uploadUid, entries: unpackManifest(manifest).entries };
}
