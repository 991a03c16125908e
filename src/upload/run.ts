// The upload: every file ends as exactly one of sent, unchanged, failed, and the totals add up.
// Knows nothing of status codes or of the environment; decides what stops a run and what only fails a file.
import { withDeadline, withListener, type Avala } from "../api/connect";
import { isAvalaError } from "../errors";
import type { ManifestEntry } from "../files/manifest";
import { isPastDeadline, runUntil } from "../flow/deadline";
import { createTurn } from "../flow/turn";
import { createRetryTally } from "../flow/retry-tally";
import { withDestinationLock } from "./destination-lock";
import { someFailed, stoppedBy, stopsTheRun } from "./failures";
import type { Journal } from "./journal";
import { askForOversize, isOversize } from "./oversize";
import { trackProgress } from "./progress";
import { checkRequest, concurrencyOf, type UploadFile, type UploadRequest } from "./request";
import type { UploadResult } from "./result";
import { send } from "./send";
import { digestOf } from "./source";
import { land, outcomeOf, partsOf, report, resultOf, sendingOf, type Run } from "./state";
import { createStoreCheck } from "./store-check";
import { openUploadJournal } from "./upload-journal";

export type { UploadFile, UploadRequest, UploadResult };

async function findLanded(run: Run, file: UploadFile): Promise<ManifestEntry | undefined> {
  const landed = run.journal?.landed.get(file.path);
  if (landed?.sizeBytes !== file.sizeBytes) return undefined;
  const sha256 = file.sha256 ?? (await digestOf(run.avala.disk, file));
  return landed.sha256 === sha256 ? landed : undefined;
}

async function uploadOne(run: Run, file: UploadFile, signal: AbortSignal): Promise<void> {
  const { path, sizeBytes } = file;
  const landed = await findLanded(run, file);
  if (landed !== undefined) {
    run.unchanged.push(landed);
    run.progress.addFile("unchanged", sizeBytes);
    return;
  }
  const bytes = {
    add: (count: number) => {
      run.progress.addBytes(count);
      report(run);
    },
    takeBack: run.progress.takeBackBytes,
  };
  const { sha256, kept } = await send(sendingOf(run, bytes, signal), file, {
    partsFromBytes: run.byForm.has(path) ? Number.POSITIVE_INFINITY : run.request.partsFromBytes,
    asked: run.oversize.get(path),
    parts: partsOf(run, file),
    turn: run.partsTurn,
  });
  const entry = { path, sizeBytes, sha256 };
  if (kept === "doubtful") run.doubtful.push(entry);
  else await land(run, entry, kept);
}

/** What was doubtful is sent again when the store has shown since that it tells MD5s, for then it keeps something else. */
async function settleDoubts(run: Run): Promise<void> {
  const doubtful = run.doubtful.splice(0);
  if (!run.check.tellsMd5()) {
    for (const entry of doubtful) await land(run, entry, "untold");
    return;
  }
  for (const { path, sizeBytes } of doubtful) {
    run.byForm.add(path);
    run.progress.takeBackBytes(sizeBytes);
  }
  const again = run.request.files.filter(({ path }) => run.byForm.has(path));
  await sendAll(run, again);
}

// So many were tried to the end and none got through: the server is gone, and trying each remaining file for minutes
// would help nobody. Fewer may be what a few files alone meet, also when files go one by one; more than the ten that can
// be under way would only be tried to the end in a second round.
const FAILURES_TO_BELIEVE = 8;

function failFile(run: Run, file: UploadFile, error: unknown): void {
  if (!isAvalaError(error) || stopsTheRun(error) || isPastDeadline(error)) throw error;
  run.failures.push({ path: file.path, error });
  run.progress.addFile("failed", file.sizeBytes);
  run.avala.emit({ kind: "file-failed", path: file.path, error });
  if (!error.retryable) return;
  run.failuresInARow += 1;
  if (run.failuresInARow >= FAILURES_TO_BELIEVE) throw error;
}

async function work(run: Run, signal: AbortSignal, file: UploadFile): Promise<void> {
  try {
    await uploadOne(run, file, signal);
  } catch (error) {
    failFile(run, file, error);
  }
  report(run);
}

/**
 * The files in the order in which they are sent: first those that no form can carry, so that nothing has landed should
 * the deployment not take them.
 */
async function inOrder(run: Run): Promise<readonly UploadFile[]> {
  const { files } = run.request;
  const { signal = new AbortController().signal, disk } = run.avala;
  const sending = sendingOf(run, { add: () => undefined, takeBack: () => undefined }, signal);
  const first: UploadFile[] = [];
  for (const file of files.filter(isOversize)) {
    const hashed = { ...file, sha256: file.sha256 ?? (await digestOf(disk, file)) };
    first.push(hashed);
    if ((await findLanded(run, hashed)) !== undefined) continue;
    run.oversize.set(file.path, await askForOversize(sending, hashed));
  }
  return first.length === 0 ? files : [...first, ...files.filter((file) => !isOversize(file))];
}

/** Until the deadline; what is left then is neither sent nor failed. */
async function sendAll(run: Run, files: Iterable<UploadFile>): Promise<void> {
  const { signal, clock, deadlineMs } = run.avala;
  const options = { concurrency: concurrencyOf(run.request), signal, clock, deadlineMs };
  await runUntil(files, options, (file, itsSignal) => work(run, itsSignal, file));
}

async function sendInOrder(run: Run): Promise<void> {
  try {
    await sendAll(run, await inOrder(run));
  } catch (error) {
    // How the server takes a file could not be asked in time.
    if (!isPastDeadline(error)) throw error;
  }
  await settleDoubts(run);
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
  const bytes = request.files.reduce((total, file) => total + file.sizeBytes, 0);
  const run: Run = {
    avala,
    request,
    journal,
    progress: trackProgress({ files: request.files.length, bytes }, () => avala.clock.now()),
    sent: [],
    unchanged: [],
    failures: [],
    retries,
    check: createStoreCheck(),
    oversize: new Map(),
    checkedByStore: 0,
    doubtful: [],
    byForm: new Set(),
    partsTurn: createTurn(),
    failuresInARow: 0,
    isJournalBroken: false,
  };
  try {
    report(run, true);
    await sendInOrder(run);
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
