// A presign or a completion that is refused: whether that is its file's alone, its batch's or the whole set's, as other files of the
// set show. Sends nothing.
import { isFileRefused, saysGone, saysItsFile } from "../api/endpoints/uploads/batch-refusals";
import type { Presigned } from "../api/endpoints/uploads/presign";
import type { ApiError } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import { MAX_FAILURES_IN_A_ROW } from "./batch-state";
import { mayBeginAnother, noteFailure } from "./fail-file";
import { sampleOf } from "./sample";
import { askHow } from "./send/ask";
import { completeKnown, isCompletionRefused } from "./send/completion";
import {
  fileRefused,
  fileUncompleted,
  isPresignRefused,
  isSessionLost,
  openSessionLost,
  type PresignRefusedError,
} from "./send/session-lost";
import { nextBatch, sendingOf, type Run } from "./state";

type Asked = Pick<ManifestEntry, "path" | "sizeBytes">;

/** Those that have not failed. */
function notFailed({ batch, request }: Run, path: string): readonly Asked[] {
  const failed = new Set(batch.failures.map((failure) => failure.path));
  return request.files.filter((file) => file.path !== path && !failed.has(file.path));
}

/** Those that the batch does not have yet. */
function missingOf({ batch: { sent, unchanged } }: Run, files: readonly Asked[]): readonly Asked[] {
  const landed = new Set([...sent, ...unchanged].map((file) => file.path));
  return files.filter((file) => !landed.has(file.path));
}

/** First the ones that the batch does not have yet, if any. */
function othersOf(run: Run, path: string): readonly Asked[] {
  const others = notFailed(run, path);
  const missing = missingOf(run, others);
  return missing.length > 0 ? missing : others.slice(0, 1);
}

/** A batch that has ended may still answer for those that it has. */
function otherOf(run: Run, path: string): Asked | undefined {
  const others = othersOf(run, path);
  return others.find((file) => !run.batch.begun.has(file.path)) ?? others[0];
}

/** @throws what asking for another file throws otherwise */
export async function isRefusedAlone(run: Run, { path }: Asked): Promise<boolean> {
  const other = otherOf(run, path);
  return other !== undefined && takes(run, other);
}

/** How the server takes the file; `undefined` where it refuses it. @throws what asking for it throws otherwise */
export async function askIfTaken(
  run: Run,
  file: Asked,
  uploadUid = run.batch.uid,
): Promise<Presigned | undefined> {
  try {
    return await askHow({ ...sendingOf(run), uploadUid }, file);
  } catch (error) {
    if (isPresignRefused(error) || isFileRefused(error)) return undefined;
    throw error;
  }
}

async function takes(run: Run, file: Asked): Promise<boolean> {
  return (await askIfTaken(run, file)) !== undefined;
}

async function takesAnother(run: Run, path: string): Promise<boolean> {
  for (const file of sampleOf(othersOf(run, path))) if (await takes(run, file)) return true;
  return false;
}

/**
 * Its own failure, where the server has taken another of the set, or says that it is about the file. It is asked for a few others
 * where that is not known, and again where many in a row were refused.
 * @throws `error` where none of these is taken: then all would meet it
 */
async function ofFileOrSet(run: Run, { path }: Asked, error: ApiError): Promise<unknown> {
  const { batch } = run;
  const isOwn = saysItsFile(error);
  const hasTaken = batch.asked.size + batch.begun.size + batch.sent.length > 0;
  if (!isOwn && !hasTaken && !(await (batch.takesAny ??= takesAnother(run, path)))) throw error;
  batch.presignsRefused += 1;
  // Only one asks: others that are under way fail by themselves meanwhile.
  if (batch.presignsRefused === MAX_FAILURES_IN_A_ROW) {
    if (!(await takesAnother(run, path))) throw error;
    batch.presignsRefused = 0;
  }
  return isOwn ? error : fileRefused(path, error);
}

/**
 * Whether the next batch takes the file. What landed in this one is given up with it, and where the server refuses for a while what
 * it is asked, that would be for nothing: the set would be as far in neither.
 */
async function isTakenInNext(run: Run, file: Asked): Promise<boolean> {
  const { uid } = run.batch;
  if (uid === undefined || run.batchesLeft === 0) return false;
  return (await askIfTaken(run, file, nextBatch(run, uid))) !== undefined;
}

/** Whether it is called gone, and an earlier run left its session open. */
function mayBeOpen({ batch }: Run, { path }: Asked, error: ApiError): boolean {
  return batch.leftOpen.has(path) && saysGone(error) && !saysItsFile(error);
}

/** Whether the server takes a file of which it has no session, if there is one, and this one only in the next batch. */
async function isOpenSessionGone(run: Run, file: Asked): Promise<boolean> {
  const { leftOpen, begun } = run.batch;
  const isNew = ({ path }: Asked): boolean => !leftOpen.has(path) && !begun.has(path);
  const other = missingOf(run, notFailed(run, file.path)).find(isNew);
  if (other !== undefined && !(await takes(run, other))) return false;
  // A server that says so now and then has said it by chance: then this batch takes it as well.
  return (await isTakenInNext(run, file)) && !(await takes(run, file));
}

async function ofPresign(run: Run, file: Asked, refused: PresignRefusedError): Promise<unknown> {
  if (await isRefusedAlone(run, file)) return fileRefused(file.path, refused.cause);
  // By the first protocol there is no batch to give up.
  return (await isTakenInNext(run, file)) ? refused : refused.cause;
}

/**
 * What a file has failed with: its own refusal, where the server still takes others of the set. `isAgain`: it was held before.
 * @throws what the whole set would meet
 */
export async function failureOf(
  run: Run,
  file: Asked,
  error: unknown,
  isAgain = false,
): Promise<unknown> {
  const ofBatch = isPresignRefused(error) ? error : undefined;
  const refusal = ofBatch?.cause ?? (isFileRefused(error) ? error : undefined);
  if (refusal === undefined) return error;
  try {
    if (mayBeOpen(run, file, refusal)) {
      // At first it may be so for a moment only: it is held, and asked about once more.
      const isLost = !isAgain || (await isOpenSessionGone(run, file));
      if (isLost) return openSessionLost(file.path, refusal);
    }
    if (ofBatch !== undefined) return await ofPresign(run, file, ofBatch);
  } catch (found) {
    return found;
  }
  return ofFileOrSet(run, file, refusal);
}

/** Whether the server completes a file of the batch that it has completed before. */
async function completes(run: Run, file: Asked): Promise<boolean> {
  const presigned = await askIfTaken(run, file);
  if (presigned === undefined || presigned.method === "POST") return false;
  try {
    await completeKnown(sendingOf(run), file, presigned);
    return true;
  } catch (error) {
    if (isCompletionRefused(error)) return false;
    throw error;
  }
}

/**
 * Where more are refused than have landed, or many sessions in a row are gone, the batch may complete nothing new, whatever it still
 * says of those that it has: then one of them shows nothing.
 */
async function completesAnother(run: Run): Promise<boolean> {
  const { sent, unchanged, failures, uncompleted, held } = run.batch;
  const landed = [...sent, ...unchanged];
  const lost = [...failures, ...held].filter(({ error }) => isSessionLost(error));
  const refused = lost.length + uncompleted.length;
  const gone = uncompleted.filter(({ error }) => saysGone(error.cause)).length;
  if (landed.length < refused || gone >= MAX_FAILURES_IN_A_ROW) return false;
  for (const file of sampleOf(landed)) if (await completes(run, file)) return true;
  return false;
}

/** Once another file is completed: what they failed with is theirs alone. */
export function failUncompleted(run: Run): void {
  for (const { file, error } of run.batch.uncompleted.splice(0))
    noteFailure(run, { file, error: fileUncompleted(file.path, error.cause) });
}

/**
 * Where no file was completed after them, since there is none or it was refused as well. One that has landed is completed once
 * more, which changes nothing.
 * @throws the refusal of one of them, where the whole set is to begin again in another batch
 */
export async function judgeUncompleted(run: Run): Promise<void> {
  const { uncompleted } = run.batch;
  const [first] = uncompleted;
  if (first === undefined || run.isMade) return;
  if (await completesAnother(run)) {
    failUncompleted(run);
    return;
  }
  if (mayBeginAnother(run, first.error)) throw first.error;
  for (const refused of uncompleted.splice(0)) noteFailure(run, refused);
}
