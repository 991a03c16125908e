// What becomes of a file that failed: it has failed for good, is held until it is tried again, is left for the next run, or
// ends the run with it.
import { saysGone } from "../api/endpoints/uploads/batch-refusals";
import { isAvalaError, messageOf, type AvalaError, type FileFailure } from "../errors";
import { isPastDeadline } from "../flow/deadline";
import { isLateAlone } from "../flow/retry";
import { printable } from "../redact";
import { alikeOf, isRefusal, mayMeetAll, stopsTheRun } from "./failures";
import { MAX_FAILURES_IN_A_ROW, type Batch } from "./batch-state";
import type { Unread } from "./hashed";
import { isCompletionRefused } from "./send/completion";
import {
  isOpenSessionLost,
  isSessionLost,
  openSessionLost,
  type SessionLostError,
} from "./send/session-lost";
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

/** Sessions live for so long, and a batch for longer: others of it show nothing of one that an earlier run has left open. */
function ofOpenSession({ batch }: Run, { path }: SourceFile, error: unknown): unknown {
  const isGone = batch.leftOpen.has(path) && isCompletionRefused(error) && saysGone(error.cause);
  return isGone ? openSessionLost(path, error.cause) : error;
}

/**
 * Refused for a moment, a completion shows nothing of the others yet: only where it is refused later as well. Where a row was, and
 * nothing has been completed, others are not held.
 */
function leaveUncompleted(
  { avala, batch }: Run,
  refused: Batch["uncompleted"][number],
  isAgain: boolean,
): void {
  const { file, error } = refused;
  const isNone = batch.sent.length === 0;
  if (!isAgain && !(batch.completesNone && isNone)) {
    batch.held.push({ ...refused, atMs: avala.clock.now() });
    return;
  }
  batch.uncompleted.push(refused);
  batch.completesNone ||= isNone && batch.uncompleted.length >= MAX_FAILURES_IN_A_ROW;
  batch.inARow.push({ path: file.path, error });
}

/** `isAgain`: it was held before. @throws `failure`, or what it comes to, where that ends the run */
export function failFile(run: Run, file: SourceFile, failure: unknown, isAgain = false): void {
  const error = isAgain ? ofOpenSession(run, file, failure) : failure;
  if (isLateAlone(error)) {
    leaveForNextRun(run, file, error);
    return;
  }
  if (!isAvalaError(error) || stopsTheRun(error) || isPastDeadline(error)) throw error;
  if (isCompletionRefused(error)) {
    leaveUncompleted(run, { file, error }, isAgain);
    return;
  }
  const { batch, avala } = run;
  const isHeld = !isAgain && (isRefusal(error) || isOpenSessionLost(error));
  if (isSessionLost(error) && !isHeld && mayBeginAnother(run, error)) throw error;
  if (isHeld) batch.held.push({ file, error, atMs: avala.clock.now() });
  else noteFailure(run, { file, error });
  if (mayMeetAll(error) && !isAgain) batch.inARow.push({ path: file.path, error });
}

/**
 * What is stored, and lacks only a completion for which a deadline leaves no time, has not failed; nor has one whose open session was
 * called gone, for which it leaves no time to ask again.
 */
function leaveHeld({ avala, batch }: Run): void {
  if (avala.deadlineMs === undefined) return;
  const left: FileFailure[] = [];
  for (const one of batch.held.splice(0)) {
    const { file, error } = one;
    if (isCompletionRefused(error) || isOpenSessionLost(error))
      left.push({ path: file.path, error: error.cause });
    else batch.held.push(one);
  }
  for (const { text } of alikeOf(left))
    avala.emit({ kind: "warning", text: `Left for the next run: ${text}` });
}

/**
 * Those that are not tried again any more, as where the run has ended before. Where another run has made the dataset, they are among
 * the files that are not sent.
 */
export function failHeld(run: Run): void {
  if (!run.isMade) leaveHeld(run);
  const { held, uncompleted } = run.batch;
  for (const left of [...held.splice(0), ...uncompleted.splice(0)])
    if (!run.isMade) noteFailure(run, left);
}
