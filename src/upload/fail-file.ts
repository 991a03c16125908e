// What becomes of a file that failed: it has failed for good, is held until it is tried again, is left for the next run, or
// ends the run with it.
import { isAvalaError, messageOf, type AvalaError } from "../errors";
import { isPastDeadline } from "../flow/deadline";
import { isLateAlone } from "../flow/retry";
import { printable } from "../redact";
import { isRefusal, mayMeetAll, stopsTheRun } from "./failures";
import type { Unread } from "./hashed";
import { isCompletionRefused } from "./send/completion";
import { isSessionLost, type SessionLostError } from "./send/session-lost";
import type { SourceFile } from "./send/source";
import type { Run } from "./state";

export function noteFailure({ avala, batch }: Run, { file, error }: Unread): void {
  batch.failures.push({ path: file.path, error });
  batch.progress.addFile("failed", file.sizeBytes);
  avala.emit({ kind: "file-failed", path: file.path, error });
}

/** By the first protocol there are no batches, so it is begun once. */
export function mayBeginAnother({ batch, batchesLeft }: Run, { lost }: SessionLostError): boolean {
  return batch.uid !== undefined && (lost === "protocol" || batchesLeft > 0);
}

/** It is neither sent nor failed, and the others continue. */
function leaveForNextRun({ avala, batch }: Run, { path }: SourceFile, error: AvalaError): void {
  const text = `${printable(path)} is left for the next run: ${messageOf(error.cause)}`;
  avala.emit({ kind: "warning", text, path });
  batch.inARow.push({ path, error });
}

/** `isAgain`: it was held before, and counts in the row. @throws `error` where it ends the run */
export function failFile(run: Run, file: SourceFile, error: unknown, isAgain = false): void {
  if (isLateAlone(error)) {
    leaveForNextRun(run, file, error);
    return;
  }
  if (!isAvalaError(error) || stopsTheRun(error) || isPastDeadline(error)) throw error;
  if (isCompletionRefused(error)) {
    run.batch.uncompleted.push({ file, error });
    if (!isAgain) run.batch.inARow.push({ path: file.path, error });
    return;
  }
  if (isSessionLost(error) && mayBeginAnother(run, error)) throw error;
  const { batch, avala } = run;
  if (isRefusal(error) && !isAgain) batch.held.push({ file, error, atMs: avala.clock.now() });
  else noteFailure(run, { file, error });
  if (mayMeetAll(error) && !isAgain) batch.inARow.push({ path: file.path, error });
}

/**
 * Those that are not tried again any more, as where the run has ended before. Where another run has made the dataset, they are among
 * the files that are not sent.
 */
export function failHeld(run: Run): void {
  const { held, uncompleted } = run.batch;
  for (const left of [...held.splice(0), ...uncompleted.splice(0)])
    if (!run.isMade) noteFailure(run, left);
}
