// Ends the server's session of a file whose bytes are all stored; and what it means when the server refuses to.
import { isBatchRefused } from "../../api/endpoints/uploads/batch-refusals";
import { COMPLETE, completeUpload } from "../../api/endpoints/uploads/managed-upload";
import { isApiError, type ApiError } from "../../errors";
import type { Sending } from "./attempt";
import { inSession, isAlreadyComplete, isSessionLost, type SessionLostError } from "./session-lost";

// What a server answers that finds nothing to complete, or not what it should be (docs/api.md, "Uploading files").
const NOT_COMPLETED = [400, 404, 409, 410, 422];

/** @throws one of `sessionLost` where the server refuses it */
export function complete(
  { avala, signal }: Pick<Sending, "avala" | "signal">,
  { path }: { readonly path: string },
  session: string,
): Promise<void> {
  return inSession(path, completeUpload(avala, session, signal), NOT_COMPLETED);
}

/** The same of one that the server has called complete: a refusal for that very reason says the same once more. */
export async function completeKnown(
  sending: Pick<Sending, "avala" | "signal">,
  file: { readonly path: string },
  session: string,
): Promise<void> {
  try {
    await complete(sending, file, session);
  } catch (error) {
    if (!isSessionLost(error) || !isAlreadyComplete(error.cause)) throw error;
  }
}

/** The server refuses to complete the file, and by its words not for its batch. */
export interface CompletionRefusedError extends SessionLostError {
  readonly lost: "session";
  readonly cause: ApiError;
}

export function isCompletionRefused(error: unknown): error is CompletionRefusedError {
  if (!isSessionLost(error) || error.lost !== "session" || !isApiError(error.cause)) return false;
  return error.cause.route === COMPLETE && !isBatchRefused(error.cause);
}

/** Whether it says that there is no such session any more, and not what it has against the file. */
export function isSessionGone({ cause }: CompletionRefusedError): boolean {
  return cause.status === 404 || cause.status === 410 || /\bexpired?\b/i.test(cause.detail ?? "");
}
