// The upload: every file ends as exactly one of sent, unchanged, failed, and the totals add up.
// Knows nothing of status codes or of the environment; decides what stops a run, what only fails a file, and when the whole
// set begins again in another batch.
import { withDeadline, withListener, type Avala } from "../api/connection";
import { isAvalaError } from "../errors";
import { isPastDeadline, runUntil } from "../flow/deadline";
import { createMutex } from "../flow/mutex";
import { createRetryTally } from "../flow/retry-tally";
import type { HashedFile } from "./send/attempt";
import { anotherBatch, batchToResume, batchUid } from "./journal/batch";
import { isNamedByContent } from "./journal/content-name";
import { resolveDestination } from "./destination";
import { withDestinationLock } from "./journal/destination-lock";
import { someFailed, stoppedBy, stopsTheRun } from "./failures";
import type { Journal } from "./journal/journal";
import { hashFiles, type Hashed, type Unread } from "./hashed";
import { inOrder } from "./probe";
import { checkRequest, concurrencyOf, type UploadFile, type UploadRequest } from "./request";
import type { UploadResult } from "./result";
import { send } from "./send/send";
import { isSessionLost, sessionLost } from "./send/session-lost";
import {
  beginAnother,
  findLanded,
  journalOf,
  land,
  outcomeOf,
  report,
  resultOf,
  sendingOf,
  trackerFor,
  type Run,
} from "./state";
import { createStoreCheck } from "./check/store-check";
import { openUploadJournal } from "./journal/upload-journal";

export type { UploadFile, UploadRequest, UploadResult };

async function uploadOne(run: Run, file: HashedFile, signal: AbortSignal): Promise<void> {
  const landed = findLanded(run, file);
  if (landed !== undefined) {
    run.unchanged.push(landed);
    run.progress.addFile("unchanged", file.sizeBytes);
    return;
  }
  const bytes = {
    add: (count: number) => {
      run.progress.addBytes(count);
      report(run);
    },
    takeBack: (count: number) => run.progress.takeBackBytes(count),
  };
  run.begun.add(file.path);
  const sent = await send(sendingOf(run, bytes, signal), file, {
    asked: run.asked.get(file.path),
    journal: journalOf(run, file),
    mutex: run.partsMutex,
  });
  if (sent.kept === "doubtful") run.doubtful.push({ file, sent });
  else await land(run, file, sent);
}

// So many were tried to the end and none got through: the server is gone, and trying each remaining file for minutes
// would help nobody. Fewer may be what a few files alone meet, also when files go one by one; more than the ten that can
// be under way would only be tried to the end in a second round.
const MAX_CONSECUTIVE_FAILURES = 8;

function noteFailure(run: Run, { file, error }: Unread): void {
  run.failures.push({ path: file.path, error });
  run.progress.addFile("failed", file.sizeBytes);
  run.avala.emit({ kind: "file-failed", path: file.path, error });
}

function failFile(run: Run, file: UploadFile, error: unknown): void {
  if (!isAvalaError(error) || stopsTheRun(error) || isPastDeadline(error)) throw error;
  if (isSessionLost(error) && run.batchesLeft > 0) throw error;
  noteFailure(run, { file, error });
  if (!error.retryable) return;
  run.failuresInARow += 1;
  if (run.failuresInARow >= MAX_CONSECUTIVE_FAILURES) throw error;
}

async function work(run: Run, signal: AbortSignal, file: HashedFile): Promise<void> {
  try {
    await uploadOne(run, file, signal);
  } catch (error) {
    failFile(run, file, error);
  }
  report(run);
}

/** What was doubtful is sent again when the store has shown since that it tells MD5s, for then it keeps something else. */
async function resolveUnverified(run: Run): Promise<void> {
  const doubtful = run.doubtful.splice(0);
  if (!run.check.tellsMd5()) {
    for (const { file, sent } of doubtful) await land(run, file, { ...sent, kept: "untold" });
    return;
  }
  for (const { file, sent } of doubtful) {
    run.progress.takeBackBytes(file.sizeBytes);
    if (sent.isReplaceable) continue;
    await journalOf(run, file).disown();
    failFile(run, file, sessionLost(file.path));
  }
  await sendAll(
    run,
    doubtful.flatMap(({ file, sent }) => (sent.isReplaceable ? [file] : [])),
  );
}

/** Until the deadline; what is left then is neither sent nor failed. */
async function sendAll(run: Run, files: Iterable<HashedFile>): Promise<void> {
  const { signal, clock, deadlineMs } = run.avala;
  const options = { concurrency: concurrencyOf(run.request), signal, clock, deadlineMs };
  await runUntil(files, options, (file, itsSignal) => work(run, itsSignal, file));
}

async function sendBatch(run: Run, files: readonly HashedFile[]): Promise<void> {
  try {
    await sendAll(run, await inOrder(run, files, (file, error) => failFile(run, file, error)));
  } catch (error) {
    // How the server takes a file could not be asked in time.
    if (!isPastDeadline(error)) throw error;
  }
  await resolveUnverified(run);
}

/** Sends all in one batch. Where a session in it can't be mended, the whole set begins again in another. */
async function sendInBatches(run: Run, { files, unread }: Hashed): Promise<void> {
  for (;;) {
    for (const failure of unread) noteFailure(run, failure);
    try {
      await sendBatch(run, files);
      return;
    } catch (error) {
      const { batch } = run;
      if (!isSessionLost(error) || batch === undefined || run.batchesLeft === 0) throw error;
      run.batchesLeft -= 1;
      const text = `${error.message} All files of ${run.request.datasetName} are sent again, as another upload.`;
      run.avala.emit({ kind: "warning", text });
      beginAnother(run, anotherBatch(batch, run.avala.random));
    }
  }
}

// Each sends all files again: another one helps when the first was lost by chance, or had been complete before.
const MAX_BATCHES = 3;

function createRun(given: Pick<Run, "avala" | "request" | "journal" | "retries">): Run {
  return {
    ...given,
    batch: undefined,
    stored: new Map(),
    batchesLeft: MAX_BATCHES - 1,
    isNamedByContent: false,
    signing: { isOneByOne: false },
    progress: trackerFor(given.request, given.avala),
    sent: [],
    unchanged: [],
    failures: [],
    check: createStoreCheck(),
    asked: new Map(),
    checkedByStore: 0,
    doubtful: [],
    disowned: new Set(),
    begun: new Set(),
    begunBefore: new Set(),
    partsMutex: createMutex(),
    failuresInARow: 0,
    isJournalBroken: false,
  };
}

/** Chooses the batch that the set goes on in, or begins. */
async function nameBatch(run: Run): Promise<Hashed> {
  const { avala, request, journal } = run;
  const { stored } = request;
  const hashed = await hashFiles(avala, request);
  const { digest, files } = hashed;
  const base = batchUid(await resolveDestination(avala, request), digest);
  run.isNamedByContent = isNamedByContent({ ...request, digest });
  run.batch = batchToResume(base, files, { records: journal, stored });
  if (stored !== undefined && stored.uploadUid === run.batch)
    run.stored = new Map(stored.entries.map((entry) => [entry.path, entry]));
  return hashed;
}

/**
 * Sends files under one dataset name. It does not confirm: a set is confirmed only when all of it has landed.
 *
 * Running it again is safe at any point: with a `stateDirectory` it sends only what has not landed with the same
 * content. One file's failure does not stop the others; a refusal that all would meet (401, 403, 413, a host that is
 * not allowed) stops the run at once, and so does the signal of `avala`.
 * Another run with the same `stateDirectory` that sends under the same name is waited for.
 * @throws InputError before anything is sent, AvalaError `journal` when other content could lie under the name in the end,
 * `conflict` when another run does not end; afterwards UploadError, which names what landed and what failed
 */
export async function uploadFiles(avala: Avala, request: UploadRequest): Promise<UploadResult> {
  checkRequest(request);
  const { stateDirectory } = request;
  return withDestinationLock(avala, request, stateDirectory, async (locked) =>
    uploadWith(locked, request, await openUploadJournal(locked, request, stateDirectory)),
  );
}

/** {@link uploadFiles} with a journal that is open already, and is closed in the end. */
export async function uploadWith(
  session: Avala,
  request: UploadRequest,
  journal: Journal | undefined,
): Promise<UploadResult> {
  const retries = createRetryTally();
  const heard = withListener(session, (event) => {
    if (event.kind === "retry") retries.note(event);
    session.emit(event);
  });
  const avala = withDeadline(heard, request.deadlineMs);
  const startedMs = avala.clock.now();
  const run = createRun({ avala, request, journal, retries });
  try {
    report(run, true);
    await sendInBatches(run, await nameBatch(run));
  } catch (error) {
    throw isAvalaError(error) ? stoppedBy(error, outcomeOf(run)) : error;
  } finally {
    run.check.close();
    await journal?.close().catch(() => undefined); // every record was synced when it was written
    report(run, true);
  }
  if (run.failures.length > 0) throw someFailed(outcomeOf(run));
  return resultOf(run, startedMs);
}
