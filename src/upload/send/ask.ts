// How the server takes one file of a set: asked with the batch of the set, or by the first protocol. Sends nothing.
import {
  isBatchRefused,
  isProtocolRefused,
  saysSessionGone,
} from "../../api/endpoints/uploads/batch-refusals";
import {
  presignFile,
  type FormPresign,
  type Presigned,
  type PutTarget,
} from "../../api/endpoints/uploads/presign";
import { presignedTries } from "../../api/storage/still-signed";
import { isApiError } from "../../errors";
import { DEFAULT_TRIES } from "../../flow/retry";
import type { Sending } from "./attempt";
import { batchLost, presignRefused, protocolLost, sessionLost } from "./session-lost";
import type { SourceFile } from "./source";

function asLost(path: string, uploadUid: string | undefined, error: unknown): unknown {
  if (!isApiError(error)) return error;
  if (error.retryable) return error;
  if (uploadUid !== undefined && isProtocolRefused(error)) return protocolLost(path, error);
  if (uploadUid !== undefined && isBatchRefused(error)) return batchLost(path, error);
  // A 404 is that of a route which is not there, unless its words are of a session: an earlier run's, of which no record may say so.
  const isOfSession = uploadUid !== undefined && saysSessionGone(error);
  const isRefused = error.status === 409 || error.status === 410 || isOfSession;
  return isRefused ? presignRefused(path, error) : error;
}

/** Whether the batch stands in what a form says; in its key, then no other batch's files go to the same place. */
export function namesBatch({ url, fields }: FormPresign, uploadUid: string | undefined): boolean {
  if (uploadUid === undefined) return false;
  return url.includes(uploadUid) || fields.some(([, value]) => value.includes(uploadUid));
}

/** Whether runs of other content may send to the place of the form, too. */
export function isPlaceShared(
  { url, fields }: FormPresign,
  uploadUid: string | undefined,
): boolean {
  return !namesBatch({ url, fields: fields.filter(([name]) => name === "key") }, uploadUid);
}

/** The same of where a file, or a part of it, goes by PUT. */
export function isPutShared({ url }: PutTarget, uploadUid: string | undefined): boolean {
  return uploadUid === undefined || !new URL(url).pathname.includes(uploadUid);
}

/**
 * May be repeated: one file has one session in one batch.
 * @throws ApiError as `presignFile`; one of `sessionLost` where the batch or the server is not what it was
 */
export async function askHow(
  {
    avala,
    destination,
    uploadUid,
    signal: whole,
  }: Pick<Sending, "avala" | "destination" | "uploadUid" | "signal">,
  { path, sizeBytes }: Pick<SourceFile, "path" | "sizeBytes">,
  options: { readonly signal?: AbortSignal; readonly maxTries?: number } = {},
): Promise<Presigned> {
  const { signal = whole, maxTries = DEFAULT_TRIES } = options;
  const input = { uploadUid, path, sizeBytes, signal, maxTries, ...destination };
  try {
    return await presignFile(avala, input);
  } catch (error) {
    throw asLost(path, uploadUid, error);
  }
}

/** What takes a file in one piece. */
export type Whole = Extract<Presigned, { readonly method: "POST" | "PUT" }>;

/**
 * Runs each try with what the server says then, the first with `first`. What was presigned expires, so only a store that throttles
 * has the next try use it once more, for a minute at most.
 * @throws as {@link askHow} and `send`; one of `sessionLost` where the server takes the file otherwise by then
 */
export function presignedForEach(
  sending: Parameters<typeof askHow>[0],
  file: SourceFile,
  first: Whole,
): <T>(signal: AbortSignal, send: (presigned: Whole) => Promise<T>) => Promise<T> {
  const tryWith = presignedTries<Whole>(
    (presigned) => (presigned.method === "POST" ? presigned.form : presigned.target),
    () => sending.avala.clock.now(),
    first,
  );
  const presign = async (signal: AbortSignal): Promise<Whole> => {
    const presigned = await askHow(sending, file, { signal, maxTries: 1 });
    if (presigned.method !== first.method) throw sessionLost(file.path);
    return presigned;
  };
  return (signal, send) => tryWith({ presign: () => presign(signal), use: send });
}
