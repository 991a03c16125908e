// An increment whose upload broke, as the state has it. Pure.
import { createManifest, type ManifestEntry } from "../../../src/files/manifest/manifest";
import { packManifest, unpackManifest } from "../../../src/files/manifest/packing";
import type { GrowOptions } from "../../../src/operations/grow/growth";
import { present } from "../../process/present";
import { packed } from "./state";

/** Of an upload that broke, or whose dataset was made and not ready in time. */
export interface PendingIncrement {
  readonly name: string;
  /** The batch; absent by the first protocol. */
  readonly uploadUid?: string | undefined;
  /** What has landed, packed. */
  readonly manifest: string;
  /** All that it was to be made of, packed; absent where that is more than a state takes, or of an earlier version. */
  readonly whole?: string | undefined;
}

export function pendingOf(
  name: string,
  uploadUid: string | undefined,
  landed: readonly ManifestEntry[],
  whole?: readonly ManifestEntry[],
): PendingIncrement {
  const content = {
    manifest: packed(landed),
    // Its digest is the one in the name, by which a dataset that was made of it is known.
    whole: whole === undefined ? undefined : packManifest(createManifest(whole)),
  };
  return present<PendingIncrement>({ name, uploadUid, ...content });
}

export function storedOf(pending: PendingIncrement | undefined): GrowOptions["stored"] {
  if (pending === undefined) return undefined;
  const { name, uploadUid, manifest, whole } = pending;
  return {
    name,
    uploadUid,
    entries: unpackManifest(manifest).entries,
    whole: whole === undefined ? undefined : unpackManifest(whole),
  };
}
