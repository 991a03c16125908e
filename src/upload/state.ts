// What a running upload has come to so far: the one thing that changes while it goes on. Decides nothing.
import type { Turn } from "../flow/turn";
import type { Avala } from "../api/connect";
import type { ManagedPresign } from "../api/managed-upload";
import { AvalaError, messageOf, type FileFailure } from "../errors";
import { createManifest, type ManifestEntry } from "../files/manifest";
import type { RetryTally } from "../flow/retry-tally";
import type { ByteCounter, Sending } from "./attempt";
import type { UploadOutcome } from "./failures";
import { createFileJournal, type FileJournal } from "./file-journal";
import type { Journal } from "./journal";
import type { ProgressTracker } from "./progress";
import type { UploadFile, UploadRequest } from "./request";
import type { UploadResult } from "./result";
import type { Kept, StoreCheck } from "./store-check";

export interface Run {
  readonly avala: Avala;
  readonly request: UploadRequest;
  readonly journal: Journal | undefined;
  readonly progress: ProgressTracker;
  readonly sent: ManifestEntry[];
  readonly unchanged: ManifestEntry[];
  readonly failures: FileFailure[];
  readonly retries: RetryTally;
  readonly check: StoreCheck;
  /** Files that no form can carry, and how the server takes them. */
  readonly oversize: Map<string, ManagedPresign>;
  checkedByStore: number;
  /** Sent, and not landed before the store has shown what its ETags are. */
  readonly doubtful: ManifestEntry[];
  /** Paths that go by form alone: what parts made of them is complete, and wrong. */
  readonly byForm: Set<string>;
  /** Files that go by parts do so one after the other: each keeps some of its parts in memory. */
  readonly partsTurn: Turn;
  /** Files in a row that failed although each was tried to the end; one that lands sets it back. */
  failuresInARow: number;
  isJournalBroken: boolean;
}

export function report(run: Run, isLast = false): void {
  if (isLast || run.progress.isDue()) {
    run.avala.emit({ kind: "upload-progress", progress: run.progress.snapshot() });
  }
}

function breakJournal(run: Run, error: unknown): void {
  if (run.isJournalBroken) return;
  run.isJournalBroken = true;
  const text = `The journal can't be written (${messageOf(error)}); if this run is interrupted, the next one will upload these files again.`;
  run.avala.emit({ kind: "warning", text });
}

/** Writes to the journal, and goes on without it when that fails. */
async function keep(run: Run, write: (journal: Journal) => Promise<void>): Promise<void> {
  if (run.journal === undefined || run.isJournalBroken) return;
  try {
    await write(run.journal);
  } catch (error) {
    // What landed has landed; only a later run would not know. So a full disk costs a warning, not the upload.
    breakJournal(run, error);
  }
}

/**
 * Takes something back that the journal says of `path`. A journal that can't be told so goes, since a later run would
 * believe it. @throws AvalaError `journal` when it can't go either
 */
async function takeBack(
  run: Run,
  path: string,
  write: (journal: Journal) => Promise<void>,
): Promise<void> {
  const { journal } = run;
  if (journal === undefined) return;
  try {
    await write(journal);
  } catch (error) {
    breakJournal(run, error);
    await journal.discard().catch((cause: unknown) => {
      throw new AvalaError(
        "journal",
        `The journal says that other content of ${path} has landed, and can be neither written (${messageOf(error)}) nor removed (${messageOf(cause)}).`,
        { hint: "Make room in the state folder, or remove it, and run again.", cause },
      );
    });
  }
}

export function sendingOf(run: Run, bytes: ByteCounter, signal: AbortSignal): Sending {
  const { avala, request, check } = run;
  const { datasetName, organizationUid } = request;
  return { avala, destination: { datasetName, organizationUid }, check, bytes, signal };
}

export function partsOf(run: Run, { path }: UploadFile): FileJournal {
  return createFileJournal(path, run.journal, {
    keep: (write) => keep(run, write),
    takeBack: (write) => takeBack(run, path, write),
  });
}

export async function land(run: Run, entry: ManifestEntry, kept: Kept): Promise<void> {
  const { path, sizeBytes } = entry;
  await keep(run, (journal) => journal.record(entry));
  if (kept === "right") run.checkedByStore += 1;
  run.sent.push(entry);
  run.failuresInARow = 0;
  run.progress.addFile("sent", sizeBytes);
  run.avala.emit({ kind: "file-sent", path, sizeBytes });
}

export function outcomeOf(run: Run): UploadOutcome {
  const { sent, unchanged, failures, request } = run;
  const { datasetName, files } = request;
  return { datasetName, filesTotal: files.length, sent, unchanged, failures };
}

export function resultOf(run: Run, startedMs: number): UploadResult {
  const { sent, unchanged, request } = run;
  return {
    manifest: createManifest([...sent, ...unchanged]),
    sent,
    unchanged,
    checkedByStore: run.checkedByStore,
    bytesSent: run.progress.snapshot().bytesSent,
    retries: run.retries.total,
    retriedFor: run.retries.causes(),
    durationMs: run.avala.clock.now() - startedMs,
    isComplete: sent.length + unchanged.length === request.files.length,
  };
}
