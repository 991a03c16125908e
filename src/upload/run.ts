// The upload: every file ends as exactly one of sent, unchanged, failed, and the totals add up.
// Knows nothing of status codes or of the environment; decides what stops a run and what only fails a file.
import { isAvalaError, messageOf, type FileFailure } from "../errors";
import type { Avala } from "../api/connect";
import { createManifest, type Manifest, type ManifestEntry } from "../files/manifest";
import { runPool } from "../flow/pool";
import { resolveDestination } from "./destination";
import { someFailed, stoppedBy, stopsTheRun, type UploadOutcome } from "./failures";
import { journalPath, openJournal, type Journal, type PartRecord } from "./journal";
import { trackProgress, type ProgressTracker } from "./progress";
import type { ByteCounter } from "./attempt";
import { sendFile, type SentFile } from "./send-file";
import { sendByParts } from "./send-parts";
import {
  PARTS_FROM_BYTES,
  checkRequest,
  concurrencyOf,
  type UploadFile,
  type UploadRequest,
} from "./request";
import { digestOf } from "./source";

export type { UploadFile, UploadRequest };

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

function report(run: Run, isLast = false): void {
  if (isLast || run.progress.isDue()) {
    run.avala.emit({ kind: "upload-progress", progress: run.progress.snapshot() });
  }
}

/** Writes to the journal, and goes on without it when that fails. */
async function keep(run: Run, write: (journal: Journal) => Promise<void>): Promise<void> {
  if (run.journal === undefined || run.isJournalBroken) return;
  try {
    await write(run.journal);
  } catch (error) {
    // What landed has landed; only a later run would not know. So a full disk costs a warning, not the upload.
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

/** By parts what a broken link would send twice, all else by form, which costs one call (contract, "Rate limits"). */
async function send(
  run: Run,
  file: UploadFile,
  bytes: ByteCounter,
  signal: AbortSignal,
): Promise<SentFile> {
  const { avala, request, journal } = run;
  const { datasetName, organizationUid, partsFromBytes = PARTS_FROM_BYTES } = request;
  const destination = { datasetName, organizationUid };
  if (file.sizeBytes >= partsFromBytes) {
    const sha256 = file.sha256 ?? (await digestOf(avala.disk, file));
    const parts = {
      landed: journal?.parts.get(file.path) ?? new Map<number, PartRecord>(),
      record: (part: PartRecord) => keep(run, (kept) => kept.recordPart(file.path, part)),
    };
    const sent = await sendByParts(avala, { ...file, sha256 }, destination, bytes, signal, parts);
    if (sent !== undefined) return sent;
  }
  return sendFile(avala, file, destination, bytes, signal);
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
  const result = await send(run, file, bytes, signal);
  const entry = { path, sizeBytes, sha256: result.sha256 };
  run.retries += result.retries;
  await keep(run, (journal) => journal.record(entry));
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
