// How the server takes one file of a set: asked with the batch of the set, or by the first protocol. Sends nothing.
import { presignFile, type Presigned } from "../../api/endpoints/presign";
import type { HashedFile, Sending } from "./attempt";
import { inSession } from "./session-lost";

/**
 * May be repeated: one file has one session in one batch.
 * @throws ApiError as `presignFile`; one of `sessionLost` where the batch is not what it was
 */
export function askHow(
  {
    avala,
    destination,
    batch,
    signal: whole,
  }: Pick<Sending, "avala" | "destination" | "batch" | "signal">,
  { path, sizeBytes }: HashedFile,
  options: { readonly signal?: AbortSignal; readonly maxTries?: number } = {},
): Promise<Presigned> {
  const { signal = whole, maxTries } = options;
  const input = { ...destination, uploadUid: batch, path, sizeBytes, signal, maxTries };
  const presigned = presignFile(avala, input);
  // A 404 is that of a route which is not there.
  return batch === undefined ? presigned : inSession(path, presigned, [409, 410]);
}
