// The upload: every file ends as exactly one of sent, unchanged, failed, and the totals add up.
// Knows nothing of status codes or of the environment.
import { aSession, withDeadline, withListener, type Avala } from "../api/connection";
import { isAvalaError } from "../errors";
import { isHashedInThread } from "../files/workers/digest-thread";
import { isPastDeadline } from "../flow/deadline";
import { readUntil } from "../flow/disk/reading-disk";
import { createRetryTally, type RetryTally } from "../flow/retry-tally";
import { refuse } from "../shapes";
import { createBatch } from "./batch-state";
import { chooseBatch } from "./choose-batch";
import { withDestinationLock } from "./journal/destination-lock";
import { someFailed, stoppedBy } from "./failures";
import type { Journal } from "./journal/journal";
import { requestProblems, type UploadFile, type UploadRequest } from "./request";
import type { UploadResult } from "./result";
import { completeTags } from "./landing";
import { sendSet } from "./send-set";
import { outcomeOf, resultOf } from "./outcome";
import { reportWaits } from "./report-waits";
import { report } from "./progress";
import { createRun, type Run } from "./state";
import { openSeen } from "./seen";
import { openUploadJournal } from "./journal/upload-journal";

/** Whether the file is large and has to be read, as far as that is known before the server was asked anything. */
function isReadInThread({ journal }: Run, file: UploadFile): boolean {
  if (!isHashedInThread(file)) return false;
  return file.sha256 === undefined || journal?.landed.get(file.path)?.sha256 !== file.sha256;
}

/**
 * Sends files under one dataset name. It does not confirm: a set is confirmed only when all of it has landed.
 *
 * Running it again is safe at any point: with a `stateDirectory` it sends only what has not landed with the same
 * content. One file's failure does not stop the others, nor does a refusal of it alone; one that all would meet (401, 403, the quota,
 * a host that is not allowed) stops the run at once, and so does the signal of `avala`.
 * Another run with the same `stateDirectory` that sends under the same name is waited for. So is one on another machine that
 * sends the same files, where the server shows that it has completed some of them.
 * @throws InputError before anything is sent, AvalaError `journal` when other content could lie under the name in the end,
 * `conflict` when another run does not end, `timeout` when the deadline comes before it is known what has landed; afterwards UploadError, which names what landed and what failed
 */
export async function uploadFiles(avala: Avala, request: UploadRequest): Promise<UploadResult> {
  refuse(aSession("avala", avala), requestProblems(request));
  const { stateDirectory } = request;
  const inTime = withDeadline(avala, request.deadlineMs);
  return withDestinationLock(inTime, request, stateDirectory, async (locked) =>
    uploadWith(locked, request, await openUploadJournal(locked, request, stateDirectory)),
  );
}

interface UnderWay {
  run?: Run;
  endReports?: () => void;
}

function listening(session: Avala, retries: RetryTally, underWay: UnderWay): Avala {
  return withListener(session, (event) => {
    if (event.kind === "retry") {
      retries.note(event);
      underWay.run?.batch.progress.noteRetry(event);
    }
    // The progress says it, from its first report on.
    const isWait = event.kind === "limit-wait" || event.kind === "response-wait";
    if (!isWait || underWay.endReports === undefined) session.emit(event);
  });
}

/** {@link uploadFiles} with a journal that is open already, and is closed in the end. */
export async function uploadWith(
  session: Avala,
  request: UploadRequest,
  journal: Journal | undefined,
): Promise<UploadResult> {
  const retries = createRetryTally();
  const underWay: UnderWay = {};
  const heard = listening(session, retries, underWay);
  const disk = readUntil(session.disk, session.signal);
  const within = withDeadline(heard, request.deadlineMs);
  const looks = { calls: 0, lastMs: session.clock.now(), callsAtLast: 0 };
  const call: Avala["call"] = (asked) => {
    looks.calls += 1;
    return within.call(asked);
  };
  const avala = { ...within, disk, call };
  const startedMs = avala.clock.now();
  const noteSeen = await openSeen(avala, request);
  const run = createRun({ avala, request, journal, retries, noteSeen, looks });
  underWay.run = run;
  try {
    if (request.files.some((file) => isReadInThread(run, file))) run.tools.sha256.prepare();
    const { chosen, hashed } = await chooseBatch(run);
    run.batch = createBatch(chosen, run.batch.progress);
    underWay.endReports = reportWaits(run);
    await sendSet(run, hashed);
  } catch (error) {
    const isLate = isPastDeadline(error);
    // Before the batch is chosen it is not known what has landed.
    if (isLate && underWay.endReports === undefined) throw error;
    if (!isLate) throw isAvalaError(error) ? stoppedBy(error, outcomeOf(run)) : error;
  } finally {
    underWay.endReports?.();
    run.tools.check.close();
    run.tools.sha256.close();
    await noteSeen();
    await journal?.close().catch(() => undefined); // every record was synced when it was written
    run.batch.progress.end();
    report(run.avala, run.batch.progress, true);
  }
  if (run.batch.failures.length > 0) throw someFailed(outcomeOf(run));
  completeTags(run.batch);
  return resultOf(run, startedMs);
}
