// What a run had reached when something ended it.
import { isAvalaError, isUploadError } from "../../errors";
import { ifLate, isPastDeadline } from "../../flow/deadline";
import { reworded } from "../../reworded";
import type { UploadResult } from "../../upload/result";
import type { PartialResult } from "./target";

/** The same error, which carries all files that had landed. */
function withAllLanded(error: unknown, { uploadUid, manifest }: UploadResult): unknown {
  if (!isAvalaError(error) || isUploadError(error)) return error;
  // Other files lie there, or other runs have added some of these: what is there is not known to be what was sent.
  if (error.code === "conflict") return error;
  return reworded(error, { uploadUid, landed: manifest.entries });
}

/**
 * For `.catch` of what had to wait beyond the deadline, with what had landed by then, if that is known.
 * @throws what failed otherwise, with what had landed where that is all
 */
export function ifPartial(upload?: UploadResult): (error: unknown) => PartialResult {
  const late = ifLate((waitedFor, { ambiguous }): PartialResult => ({
    ...{ outcome: "partial", upload, waitedFor },
    isConfirmLost: ambiguous,
  }));
  return (error) => {
    const isWhole = upload?.isComplete === true && !isPastDeadline(error);
    return late(isWhole ? withAllLanded(error, upload) : error);
  };
}
