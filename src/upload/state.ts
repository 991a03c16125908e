// What a running upload has come to so far: the one thing that changes while it goes on. Decides nothing.
import type { Turn } from "../flow/turn";
import type { Avala } from "../api/connect";
import type { ManagedPresign } from "../api/managed-upload";
import { messageOf, type FileFailure } from "../errors";
import { createManifest, type ManifestEntry } from "../files/manifest";
import type { RetryTally } from "../flow/retry-tally";
import type { ByteCounter, Sending } from "./attempt";
import type { UploadOutcome } from "./failures";
import type { Journal, PartRecord } from "./journal";
import type { ProgressTracker } from "./progress";
import type { UploadFile, UploadRequest } from "./request";
import type { UploadResult } from "./result";
import type { PartJournal } from "./send-parts";
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

export function sendingOf(run: Run, bytes: ByteCounter, signal: AbortSignal): Sending {
  const { avala, request, check } = run;
  const { datasetName, organizationUid } = request;
  return { avala, destination: { datasetName, organizationUid }, check, bytes, signal };
}

export function partsOf(run: Run, { path }: UploadFile): PartJournal {
  return {
    landed: run.journal?.parts.get(path) ?? new Map<number, PartRecord>(),
    record: (part) => keep(run, (kept) => kept.recordPart(path, part)),
  };
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
