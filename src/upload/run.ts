// The upload: every file ends as exactly one of sent, unchanged, failed, and the totals add up.
// Knows nothing of status codes or of the environment; decides what stops a run and what only fails a file.
import { InputError, isAvalaError, messageOf, type FileFailure } from "../errors";
import type { Avala } from "../api/connect";
import { createManifest, type Manifest, type ManifestEntry } from "../files/manifest";
import { runPool } from "../flow/pool";
import { resolveDestination } from "./destination";
import { someFailed, stoppedBy, stopsTheRun, type UploadOutcome } from "./failures";
import { journalPath, openJournal, type Journal } from "./journal";
import { trackProgress, type ProgressTracker } from "./progress";
import { sendFile, type FileDestination } from "./send-file";
import { digestOf, type SourceFile } from "./source";

export type UploadFile = SourceFile;

export interface UploadRequest extends FileDestination {
  readonly files: readonly UploadFile[];
  /** Files under way at once, 1 to 10 (contract, "Rate limits"). @default 8 */
  readonly concurrency?: number | undefined;
  /** Where the journal is kept; absent: none, and a run that breaks starts anew. */
  readonly stateDirectory?: string | undefined;
  /** Ms since the epoch after which no further file is started; those under way end. */
  readonly deadlineMs?: number | undefined;
}

export interface UploadResult {
  /** What is stored now: sent and unchanged files, with the sha256 of what was sent. */
  readonly manifest: Manifest;
  readonly sent: readonly ManifestEntry[];
  /** Landed in an earlier run with the same content; not sent again. */
  readonly unchanged: readonly ManifestEntry[];
  readonly bytesSent: number;
  readonly retries: number;
  readonly durationMs: number;
  /** False when the deadline came first: files are left, and nothing may be confirmed. */
  readonly isComplete: boolean;
}

const DEFAULT_CONCURRENCY = 8;
const MOST_CONCURRENT = 10;

interface Run {
  readonly avala: Avala;
  readonly request: UploadRequest;
  readonly journal: Journal | undefined;
  readonly progress: ProgressTracker;
  readonly sent: ManifestEntry[];
  readonly unchanged: ManifestEntry[];
  readonly failures: FileFailure[];
  retries: number;
  /** Files in a row that failed although each was tried to the end; one that lands sets it back. */
  failuresInARow: number;
  isJournalBroken: boolean;
}

function concurrencyOf(request: UploadRequest): number {
  return request.concurrency ?? DEFAULT_CONCURRENCY;
}

function checkRequest(request: UploadRequest): void {
  const concurrency = concurrencyOf(request);
  const problems: { input: string; text: string }[] = [];
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_CONCURRENT) {
    problems.push({
      input: "concurrency",
      text: `must be a whole number from 1 to ${MOST_CONCURRENT}`,
    });
  }
  const seen = new Set<string>();
  for (const { path } of request.files) {
    if (seen.has(path)) problems.push({ input: path, text: "two files would land on this path" });
    seen.add(path);
  }
  if (problems.length > 0) throw new InputError(problems);
}

function report(run: Run, isLast = false): void {
  if (isLast || run.progress.isDue()) {
    run.avala.emit({ kind: "upload-progress", progress: run.progress.snapshot() });
  }
}

async function recordLanded(run: Run, entry: ManifestEntry): Promise<void> {
  if (run.journal === undefined || run.isJournalBroken) return;
  try {
    await run.journal.record(entry);
  } catch (error) {
    // The file has landed; only a later run would not know. So a full disk costs a warning, not the upload.
    run.isJournalBroken = true;
    const text = `The journal can't be written (${messageOf(error)}); should this run break, the next one sends these files again.`;
    run.avala.emit({ kind: "warning", text });
  }
}

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
  const { datasetName, organizationUid } = run.request;
  const result = await sendFile(run.avala, file, { datasetName, organizationUid }, bytes, signal);
  const entry = { path, sizeBytes, sha256: result.sha256 };
  run.retries += result.retries;
  await recordLanded(run, entry);
  run.sent.push(entry);
  run.failuresInARow = 0;
  run.progress.addFile("sent", sizeBytes);
  run.avala.emit({ kind: "file-sent", path, sizeBytes });
}

function failFile(run: Run, file: UploadFile, error: unknown): void {
  if (!isAvalaError(error) || stopsTheRun(error)) throw error;
  run.failures.push({ path: file.path, error });
  run.progress.addFile("failed", file.sizeBytes);
  run.avala.emit({ kind: "file-failed", path: file.path, error });
  if (!error.retryable) return;
  run.failuresInARow += 1;
  // As many as are under way at once have failed to the end, and none got through: the server is gone, and trying
  // each remaining file for minutes would help nobody.
  if (run.failuresInARow >= concurrencyOf(run.request)) throw error;
}

async function work(run: Run, signal: AbortSignal, file: UploadFile): Promise<void> {
  try {
    await uploadOne(run, file, signal);
  } catch (error) {
    failFile(run, file, error);
  }
  report(run);
}

function* untilDeadline(run: Run): Generator<UploadFile> {
  const { deadlineMs = Number.POSITIVE_INFINITY, files } = run.request;
  for (const file of files) {
    if (run.avala.clock.now() >= deadlineMs) return;
    yield file;
  }
}

async function open(avala: Avala, request: UploadRequest): Promise<Journal | undefined> {
  const { stateDirectory } = request;
  if (stateDirectory === undefined) return undefined;
  const destination = await resolveDestination(avala, request);
  try {
    return await openJournal(avala.disk, stateDirectory, destination);
  } catch (error) {
    const text = `The journal ${journalPath(stateDirectory, destination)} can't be used (${messageOf(error)}); should this run break, the next one starts anew.`;
    avala.emit({ kind: "warning", text });
    return undefined;
  }
}

function outcomeOf(run: Run): UploadOutcome {
  const { sent, unchanged, failures, request } = run;
  const { datasetName, files } = request;
  return { datasetName, filesTotal: files.length, sent, unchanged, failures };
}

function resultOf(run: Run, startedMs: number): UploadResult {
  const { sent, unchanged, request } = run;
  return {
    manifest: createManifest([...sent, ...unchanged]),
    sent,
    unchanged,
    bytesSent: run.progress.snapshot().bytesSent,
    retries: run.retries,
    durationMs: run.avala.clock.now() - startedMs,
    isComplete: sent.length + unchanged.length === request.files.length,
  };
}

/**
 * Sends files under one dataset name. It does not confirm: a set is confirmed only when all of it has landed.
 *
 * Running it again is safe at any point: with a `stateDirectory` it sends only what has not landed with the same
 * content. One file's failure does not stop the others; a refusal that all would meet (401, 403, 413, a host that is
 * not allowed) stops the run at once, and so does the signal of `avala`.
 * @throws InputError before anything is sent; afterwards UploadError, which names what landed and what failed
 */
export async function uploadFiles(avala: Avala, request: UploadRequest): Promise<UploadResult> {
  checkRequest(request);
  const startedMs = avala.clock.now();
  const bytes = request.files.reduce((total, file) => total + file.sizeBytes, 0);
  const journal = await open(avala, request);
  const run: Run = {
    avala,
    request,
    journal,
    progress: trackProgress({ files: request.files.length, bytes }, () => avala.clock.now()),
    sent: [],
    unchanged: [],
    failures: [],
    retries: 0,
    failuresInARow: 0,
    isJournalBroken: false,
  };
  try {
    report(run, true);
    await runPool(
      untilDeadline(run),
      { concurrency: concurrencyOf(request), signal: avala.signal },
      (file, signal) => work(run, signal, file),
    );
  } catch (error) {
    throw isAvalaError(error) ? stoppedBy(error, outcomeOf(run)) : error;
  } finally {
    await journal?.close().catch(() => undefined); // every record was synced when it was written
    report(run, true);
  }
  if (run.failures.length > 0) throw someFailed(outcomeOf(run));
  return resultOf(run, startedMs);
}
