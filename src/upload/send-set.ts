// Sends the files of a set in its batch until each has ended as sent, unchanged or failed; decides what stops a run, what
// only fails a file, and when the whole set begins again in another batch. Knows nothing of status codes.
import { AvalaError } from "../errors";
import { isPastDeadline, runUntil } from "../flow/deadline";
import type { SourceFile } from "./send/source";
import { mayMeetOther, type Batch } from "./batch-state";
import { failFile, failHeld, mayBeginAnother, noteFailure } from "./fail-file";
import { endOfAll } from "./failures";
import { hashFiles, type Hashed } from "./hashed";
import { lastOfFull } from "./in-a-row";
import { landPresumed, takePresumed, takeWrong } from "./doubtful";
import { land, landAll, takeLanded, takeLandedAgain } from "./landing";
import { lookForMade } from "./look-for-made";
import { awaitOtherRun } from "./other-run";
import { inOrder, inTurn } from "./probe";
import { report } from "./progress";
import { failUncompleted, failureOf, judgeUncompleted } from "./refused";
import { createPool, takeHeld, tryAgain, turnsOf, workOn, type Pool } from "./refusing";
import { concurrencyOf } from "./request";
import type { Sending } from "./send/attempt";
import { isCompletionRefused } from "./send/completion";
import { send } from "./send/send";
import { resolveSilent } from "./silent";
import { printable } from "../redact";
import { batchSpent, isSessionLost } from "./send/session-lost";
import { beginAnother, journalOf, nextBatch, sendingOf, type Run } from "./state";

/** `before`: what refused it, and what was asked before that is of no use. */
async function uploadOne(
  run: Run,
  file: SourceFile,
  sending: Sending,
  before: AvalaError | undefined,
): Promise<void> {
  const { batch } = run;
  const isAgain = before !== undefined;
  const wasTaken = isAgain && batch.begun.get(file.path) === "taken";
  let begunMs: number | undefined;
  const sent = await send(sending, file, {
    asked: isAgain ? undefined : batch.asked.get(file.path),
    journal: journalOf(run, file),
    refused: isCompletionRefused(before) ? before : undefined,
    wasTaken,
    mutex: run.partsMutex,
    onBegin: () => {
      begunMs ??= run.avala.clock.now();
      if (batch.begun.get(file.path) !== "taken") batch.begun.set(file.path, "asked");
      if (!isAgain) batch.progress.beginFile();
    },
    onTaken: () => batch.begun.set(file.path, "taken"),
  });
  batch.inARow.length = 0;
  batch.presignsRefused = 0;
  if (!sent.isReplaceable && !sent.wasThere) failUncompleted(run);
  const landing = { file, sent, begunMs: begunMs ?? run.avala.clock.now() };
  await run.noteSeen(); // a run that is killed later has learned it too
  await takePresumed(run);
  if (sent.isUnproven) batch.unproven.push(landing);
  else if (sent.kept === "doubtful") batch.doubtful.push(landing);
  else await land(run, landing);
  await landPresumed(run);
}

async function tryOnce(
  run: Run,
  file: SourceFile,
  sending: Sending,
  before: AvalaError | undefined,
): Promise<boolean> {
  let isSent = false;
  try {
    await uploadOne(run, file, sending, before);
    isSent = true;
  } catch (error) {
    const isAgain = before !== undefined;
    failFile(run, file, await failureOf(run, file, error, isAgain), isAgain);
  }
  report(run.avala, run.batch.progress);
  return isSent;
}

/**
 * What is doubtful, or counted although it was, is sent again when its store has shown since that it reports MD5s, or that it
 * gives these files an ETag. What is doubtful then once more lies in a store that was not heard of before: it is settled in the
 * next round.
 */
async function resolveUnverified(run: Run, files: Iterable<SourceFile>): Promise<void> {
  for (let isResolved = false; ;) {
    const { again, lost } = await takeWrong(run, files);
    for (const { file, error } of lost) failFile(run, file, error);
    if (again.length > 0) {
      await sendAll(run, again);
      continue;
    }
    if (isResolved) return;
    isResolved = true;
    run.batch.isSettling = true;
    await resolveSilent(run, { files, send: (some) => sendAll(run, some) });
  }
}

function poolOf(run: Run, files: Iterable<SourceFile>, signal: AbortSignal): Pool {
  const sending = sendingOf(run, signal); // the same for all of them, as the signal is
  return createPool(run, files, signal, (file, before) => tryOnce(run, file, sending, before));
}

/** Until the deadline; what is left then is neither sent nor failed. `order`: in which `files` are sent. */
async function sendAll(
  run: Run,
  files: Iterable<SourceFile>,
  order: Iterable<SourceFile> | AsyncIterable<SourceFile> = files,
  onEnd?: (file: SourceFile) => void,
): Promise<void> {
  const { signal, clock, deadlineMs } = run.avala;
  const options = { concurrency: concurrencyOf(run.request), signal, clock, deadlineMs };
  let pool: Pool | undefined;
  const isWhole = await runUntil(order, options, async (file, itsSignal) => {
    await lookForMade(run);
    pool ??= poolOf(run, files, itsSignal);
    await workOn(pool, file).finally(() => onEnd?.(file));
  });
  if (!isWhole) return;
  await runUntil(turnsOf(run), options, (_turn, itsSignal) =>
    tryAgain(poolOf(run, files, itsSignal), takeHeld(run)),
  );
  await judgeUncompleted(run);
}

async function sendBatch(run: Run, files: Iterable<SourceFile>): Promise<void> {
  const { uid, inARow } = run.batch;
  takeLanded(run, files);
  try {
    const order = await inOrder(run, files, async (file, error) => {
      failFile(run, file, await failureOf(run, file, error));
      const last = lastOfFull(inARow);
      if (last !== undefined) throw endOfAll(last, inARow);
    });
    if (run.batch.uid !== uid) takeLandedAgain(run, files);
    let endFirst: () => void = () => undefined;
    const hasEnded = new Promise<void>((resolve) => (endFirst = resolve));
    await sendAll(run, files, inTurn(run, order, hasEnded), ({ path }) => {
      if (path === order.first?.file.path) endFirst();
    });
  } catch (error) {
    // How the server takes a file could not be asked in time.
    if (!isPastDeadline(error)) throw error;
  }
  await resolveUnverified(run, files);
  await landUnproven(run, files);
}

/**
 * Whether another file of the set shows that the batch is open: one that was confirmed is complete as a whole, and what lay in it
 * is gone should its dataset have been deleted. Where other content may have taken a place since, only a run that is at work
 * now shows what lies there.
 */
function isOpenNow(batch: Batch): boolean {
  if (mayMeetOther(batch)) return batch.otherRun.isAtWork;
  return batch.sent.length + batch.unchanged.length > 0;
}

/** What the server calls complete counts where the batch is known to be open. Else the run that completed it is waited for. */
async function landUnproven(run: Run, files: Iterable<SourceFile>): Promise<void> {
  const { batch } = run;
  if (batch.unproven.length === 0 || run.isMade) return;
  if (isOpenNow(batch)) {
    await landAll(run, batch.unproven.splice(0));
    return;
  }
  if (batch.isShared && (await awaitOtherRun(run, files)) === "made") {
    run.isMade = true;
    return;
  }
  const error = batchSpent(run.request.datasetName, batch.isShared);
  if (run.batchesLeft > 0) throw error;
  for (const { file } of batch.unproven.splice(0)) noteFailure(run, { file, error });
}

/** Without a deadline nothing is left out, unless another run has made the dataset: a file that is not accounted for has failed. */
function requireAccounted(run: Run, files: Iterable<SourceFile>): void {
  if (run.avala.deadlineMs !== undefined || run.isMade) return;
  const { sent, unchanged, failures } = run.batch;
  // None of what landed counts twice: its manifest refuses a path that is there twice.
  if (sent.length + unchanged.length + failures.length === run.request.files.length) return;
  const ended = new Set<string>();
  for (const list of [sent, unchanged, failures]) for (const { path } of list) ended.add(path);
  for (const file of files) {
    if (ended.has(file.path)) continue;
    const text = `${printable(file.path)} was neither sent nor refused.`;
    noteFailure(run, { file, error: new AvalaError("upload", text, { hint: "Run again." }) });
  }
}

/** Whether another run has made the dataset meanwhile: then what its files kept this one from sending has not failed. */
async function isMadeByOther(run: Run, errors: readonly unknown[]): Promise<boolean> {
  if (!errors.some(isSessionLost) || (await run.request.isMade?.()) !== true) return false;
  run.isMade = true;
  run.batch.failures = run.batch.failures.filter(({ error }) => !isSessionLost(error));
  return true;
}

async function sendInBatches(run: Run, first: Hashed): Promise<void> {
  const { avala, request, tools } = run;
  for (let hashed = first; ; hashed = await hashFiles(avala, request, tools.sha256, hashed)) {
    for (const failure of hashed.unread) noteFailure(run, failure);
    try {
      await sendBatch(run, hashed.files);
      const failed = run.batch.failures.map(({ error }) => error);
      if (!(await isMadeByOther(run, failed))) requireAccounted(run, hashed.files);
      return;
    } catch (error) {
      const { uid } = run.batch;
      if (isPastDeadline(error)) return; // the other run has not ended in time
      if (await isMadeByOther(run, [error])) return;
      if (!isSessionLost(error) || uid === undefined || !mayBeginAnother(run, error)) throw error;
      const isByFirst = error.lost === "protocol";
      run.batchesLeft -= isByFirst ? 0 : 1;
      const text = `${error.message} All files of ${request.datasetName} are sent again, as another upload.`;
      avala.emit({ kind: "warning", text });
      beginAnother(run, isByFirst ? undefined : nextBatch(run, uid));
    }
  }
}

/**
 * Sends all in one batch. Where a session in it can't be mended, or it takes no more, the whole set begins again in another,
 * or by the first protocol.
 */
export async function sendSet(run: Run, first: Hashed): Promise<void> {
  try {
    await sendInBatches(run, first);
  } finally {
    failHeld(run);
  }
}
