// Another run that has completed files of the same batch: it is waited for as long as it shows signs of life, as one of the same
// machine is by the lock, since whoever begins another batch at that moment may take files away from its dataset.
import { AvalaError } from "../errors";
import { counted } from "../text";
import { printable } from "../redact";
import { MAX_CONCURRENCY } from "../api/limits";
import { findFrontier, hasMoved, type Frontier, type Sight } from "./frontier";
import { maxLockWaitMs } from "./journal/lock";
import { inSendingOrder } from "./probe";
import { isRefusedAlone } from "./refused";
import { askHow } from "./send/ask";
import type { Sending } from "./send/attempt";
import { BUFFER_BYTES } from "./send/send-parts";
import { isFileRefused } from "../api/endpoints/uploads/batch-refusals";
import { isPresignRefused } from "./send/session-lost";
import type { SourceFile } from "./send/source";
import { QUIET_LOOKS, QUIET_TIME, watchOther, type Look } from "./send/watch-other";
import { sendingOf, type Run } from "./state";

// What an uplink of 10 Mbit/s carries between two looks, with the rest left to others: the other run shows no sign while it
// sends what goes as a whole.
const BYTES_A_LOOK = 15 * 1024 * 1024;

/** How much may be under way without a sign. */
function bytesUnderWay(files: readonly SourceFile[], { index, partBytes }: Frontier): number {
  if (partBytes !== undefined) return Math.max(BUFFER_BYTES, partBytes);
  const onTheirWay = files.slice(index, index + MAX_CONCURRENCY);
  return onTheirWay.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function quietLooks(files: readonly SourceFile[], frontier: Frontier): number {
  return QUIET_LOOKS + Math.floor(bytesUnderWay(files, frontier) / BYTES_A_LOOK);
}

function stillAtWork({ request, batch, places }: Run): AvalaError {
  const minutes = maxLockWaitMs / 60_000;
  const { sent, progress } = batch;
  const isNothingSent =
    sent.length === 0 && places.begunBefore.size === 0 && progress.bytesSent() === 0;
  const text = `Another run is still sending the same files to ${printable(request.datasetName)} after ${minutes} minutes of waiting.`;
  const hint = `${isNothingSent ? "Nothing was sent. " : ""}Run again once it has ended: then its dataset is compared.`;
  return new AvalaError("conflict", text, { hint });
}

function reportWait({ avala, request, batch: { unproven } }: Run): void {
  const name = printable(request.datasetName);
  const found = `${counted(unproven.length, "file")} of ${name} ${unproven.length === 1 ? "was" : "were"} uploaded by another run of the same files, which may still be at work`;
  const text = `${found}. Waiting for its dataset for at most ${maxLockWaitMs / 60_000} minutes, and no longer than ${QUIET_TIME} after its last sign of life, or as long as what may be under way takes.`;
  avala.emit({ kind: "warning", text });
}

/** A form says nothing of whether its file was sent. */
async function lookAt(run: Run, sending: Sending, file: SourceFile): Promise<Sight> {
  const presigned = await askHow(sending, file).catch(async (error: unknown) => {
    const isKnown = run.batch.failures.some(({ path }) => path === file.path);
    if (isKnown && isFileRefused(error)) return undefined;
    if (!isPresignRefused(error) || !(await isRefusedAlone(run, file))) throw error;
    return undefined;
  });
  // No run can send it.
  if (presigned === undefined) return { isComplete: true };
  const { method } = presigned;
  if (method === "MULTIPART") {
    const { uploadedParts, partBytes } = presigned;
    return { isComplete: false, parts: uploadedParts.length, partBytes };
  }
  return { isComplete: method !== "PUT" };
}

/**
 * Waits until the dataset is there, or the other run is taken for dead. Asks for files in the same batch alone, which moves none.
 * @throws AvalaError `conflict` when it is at work for too long; that of `pastDeadline`; `cancelled`
 */
export async function awaitOtherRun(
  run: Run,
  files: Iterable<SourceFile>,
): Promise<"made" | "quiet"> {
  const { avala, request } = run;
  const sending = sendingOf(run);
  const ordered = [...inSendingOrder(files)];
  let frontier: Frontier | undefined;
  const look = async (): Promise<Look> => {
    if ((await request.isMade?.()) === true) return "done";
    const before = frontier;
    const sightOf = (index: number): Promise<Sight> => {
      const file = ordered[index];
      return file === undefined
        ? Promise.resolve({ isComplete: true })
        : lookAt(run, sending, file);
    };
    const now = (frontier = await findFrontier(ordered.length, sightOf, before));
    return before !== undefined && hasMoved(before, now) ? "news" : "nothing new";
  };
  reportWait(run);
  const what = `another run that sends the same files to ${printable(request.datasetName)}`;
  const ended = await watchOther(avala, look, {
    ...{ what, signal: sending.signal },
    quietLooks: () => (frontier === undefined ? QUIET_LOOKS : quietLooks(ordered, frontier)),
  });
  if (ended === "busy") throw stillAtWork(run);
  if (ended === "quiet") {
    for (const { path } of ordered.slice(0, frontier?.index)) run.abandoned.add(path);
    return "quiet";
  }
  const text = `Another run has made the dataset of these files meanwhile: nothing more is sent to ${printable(request.datasetName)}.`;
  avala.emit({ kind: "warning", text });
  return "made";
}
