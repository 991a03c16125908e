// The upload: every file ends as exactly one of sent, unchanged, failed, and the totals add up.
// Knows nothing of status codes or of the environment.
import { withDeadline, withListener, type Avala } from "../api/connection";
import { isAvalaError } from "../errors";
import { createFileDigests, isHashedInThread } from "../files/workers/digest-thread";
import { createMutex } from "../flow/mutex";
import { readUntil } from "../flow/disk/reading-disk";
import { createRetryTally } from "../flow/retry-tally";
import { batchToResume, batchUid, followingBatch, isOfContent } from "./journal/batch";
import { isNamedByContent } from "./journal/content-name";
import { resolveDestination } from "./destination";
import { withDestinationLock } from "./journal/destination-lock";
import { someFailed, stoppedBy } from "./failures";
import type { Journal } from "./journal/journal";
import { createJournalWrites } from "./journal/journal-writes";
import { hashFiles, hashSmallFiles, type Hashed } from "./hashed";
import { checkRequest, type UploadFile, type UploadRequest } from "./request";
import type { UploadResult } from "./result";
import { createPartMemories, createRings } from "./send/piece-memory";
import { completeTags } from "./landing";
import { sendSet } from "./send-set";
import { outcomeOf, resultOf } from "./outcome";
import { reportWaits } from "./report-waits";
import { report, trackFiles } from "./progress";
import type { Run } from "./state";
import { openSeen } from "./seen";
import { createStoreCheck } from "./check/store-check";
import { createTagList } from "./check/tag-list";
import { openUploadJournal } from "./journal/upload-journal";

// Each sends all files again: another one helps when the first was lost by chance, or had been complete before.
const MAX_BATCHES = 3;

function createRun(
  given: Pick<Run, "avala" | "request" | "journal" | "retries" | "noteSeen" | "looks">,
): Run {
  return {
    ...given,
    writes: createJournalWrites(given.journal, given.avala),
    batch: undefined,
    isBatchShared: false,
    following: undefined,
    otherRun: { isAtWork: false, isReported: false, left: new Set() },
    isMade: false,
    stored: new Map(),
    batchesLeft: MAX_BATCHES - 1,
    isNamedByContent: false,
    signing: { isOneByOne: false },
    partMemories: createPartMemories(),
    rings: createRings(),
    progress: trackFiles(given.request.files, given.avala),
    sent: [],
    unchanged: [],
    failures: [],
    check: createStoreCheck(given.avala),
    sha256: createFileDigests("sha256"),
    asked: new Map(),
    checkedByStore: 0,
    tags: createTagList(),
    controls: new Map(),
    mayReplace: false,
    doubtful: [],
    presumed: new Map(),
    wrong: new Map(),
    unproven: [],
    hasSessions: false,
    disowned: new Map(),
    begun: new Map(),
    found: new Set(),
    begunBefore: new Map(),
    partsMutex: createMutex(),
    failuresInARow: 0,
  };
}

/** Whether nothing is recorded of the destination. */
function isEmpty(journal: Journal | undefined): boolean {
  if (journal === undefined) return true;
  const { landed, batches, replaced, parts, foreign } = journal;
  return [landed, batches, replaced, parts, foreign].every(({ size }) => size === 0);
}

/** Whether the file is large and has to be read, as far as that is known before the server was asked anything. */
function isReadInThread({ journal }: Run, file: UploadFile): boolean {
  if (!isHashedInThread(file)) return false;
  return file.sha256 === undefined || journal?.landed.get(file.path)?.sha256 !== file.sha256;
}

/** Chooses the batch that the set continues in, or starts one. */
async function nameBatch(run: Run): Promise<Hashed> {
  const { avala, request, journal } = run;
  const { stored } = request;
  const destination = await resolveDestination(avala, request);
  // As long as nothing is recorded, nothing has to be held against what the files are now.
  const small = await hashSmallFiles(avala, request, run.sha256);
  const isFirst = stored === undefined && isEmpty(journal);
  const hashed =
    isFirst && small !== undefined ? small : await hashFiles(avala, request, run.sha256, small);
  const { digest, files } = hashed;
  const bySmall = small === undefined ? undefined : batchUid(destination, small.digest);
  const isResumed =
    bySmall !== undefined && [...(journal?.batches ?? [])].some((uid) => isOfContent(bySmall, uid));
  const base = isResumed ? bySmall : batchUid(destination, digest);
  run.isNamedByContent = isNamedByContent({ ...request, digest });
  run.batch = batchToResume(base, files, { records: journal, stored });
  run.following = run.batch === base ? followingBatch(base) : undefined;
  // Another one may be known by a journal that was copied, and not where it is the caller's alone.
  const isOwn = run.batch === undefined || run.batch === stored?.uploadUid;
  run.isBatchShared = run.batch === base || !isOwn;
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
 * Another run with the same `stateDirectory` that sends under the same name is waited for. So is one on another machine that
 * sends the same files, where the server shows that it has completed some of them.
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
  let endReports: (() => void) | undefined;
  const heard = withListener(session, (event) => {
    if (event.kind === "retry") retries.note(event);
    // The progress says it, from its first report on.
    if (event.kind !== "limit-wait" || endReports === undefined) session.emit(event);
  });
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
  try {
    if (request.files.some((file) => isReadInThread(run, file))) run.sha256.prepare();
    const hashed = await nameBatch(run);
    endReports = reportWaits(run);
    await sendSet(run, hashed);
  } catch (error) {
    throw isAvalaError(error) ? stoppedBy(error, outcomeOf(run)) : error;
  } finally {
    endReports?.();
    run.check.close();
    run.sha256.close();
    await noteSeen();
    await journal?.close().catch(() => undefined); // every record was synced when it was written
    report(run.avala, run.progress, true);
  }
  if (run.failures.length > 0) throw someFailed(outcomeOf(run));
  completeTags(run);
  return resultOf(run, startedMs);
}
