// What an upload has come to.
import type { Manifest, ManifestEntry } from "../files/manifest/manifest";
import type { PlaceTags } from "./check/place-tag";
import type { RetryCause } from "../flow/retry-tally";
import { counted, describeTransfer } from "../text";

export interface UploadResult {
  /** The batch that everything was sent in, which the confirm names; absent: by the first protocol. */
  readonly uploadUid: string | undefined;
  /** Whether every file that was sent now went by form; `undefined` where others were there already, by what way is not known. */
  readonly isByForm: boolean | undefined;
  /**
   * What the store called what it keeps of each file to whose place runs of other content can send; of a file that was there
   * before, nothing. Empty where other content has another place.
   */
  readonly tags: PlaceTags;
  /** Whether files went by form to such places: what another run had sent there was replaced. */
  readonly mayReplace: boolean;
  /** What is stored now: sent and unchanged files, with the sha256 of what was sent. */
  readonly manifest: Manifest;
  readonly sent: readonly ManifestEntry[];
  /** Landed in an earlier run with the same content, or in another one at the same time; nothing of them was sent. */
  readonly unchanged: readonly ManifestEntry[];
  /** Of the sent files, those that the store reported as kept, by the MD5 in its `ETag`. */
  readonly checkedByStore: number;
  readonly bytesSent: number;
  /** Of files and of calls. */
  readonly retries: number;
  /** What was tried again and why, the most frequent cause first. */
  readonly retriedFor: readonly RetryCause[];
  readonly durationMs: number;
  /** False when the deadline came first: files are left, and nothing may be confirmed. */
  readonly isComplete: boolean;
}

/** As a clause: `sent 3 files, 1.4 MB in 8 s, 171 kB/s; 5 files had landed before`. After a resume it may be that only the confirm was left. */
export function describeSent({
  sent,
  unchanged,
  bytesSent,
  durationMs,
}: Pick<UploadResult, "sent" | "unchanged" | "bytesSent" | "durationMs">): string {
  const landed = unchanged.length;
  if (sent.length === 0)
    return landed === 1
      ? "the file had landed before"
      : `all ${counted(landed, "file")} had landed before`;
  const rest = landed === 0 ? "" : `; ${counted(landed, "file")} had landed before`;
  return `sent ${counted(sent.length, "file")}, ${describeTransfer(bytesSent, durationMs)}${rest}`;
}
