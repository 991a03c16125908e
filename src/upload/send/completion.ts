// Ends the server's session of a file whose bytes are all stored; and what it means when the server refuses to.
import { isBatchRefused } from "../../api/endpoints/uploads/batch-refusals";
import { COMPLETE, completeUpload } from "../../api/endpoints/uploads/managed-upload";
import { isApiError, isAvalaError, type ApiError, type AvalaError } from "../../errors";
import type { Listener } from "../../events";
import type { Sending, StoredFile } from "./attempt";
import { isSessionLost, sessionLost, type SessionLostError } from "./session-lost";

// What a server answers that finds nothing to complete, or not what it should be (docs/api.md, "Uploading files").
const NOT_COMPLETED: readonly number[] = [400, 404, 409, 410, 422];

interface Completing {
  /** What was sent in the session, if it was by this run. */
  readonly stored?: StoredFile | undefined;
  /** Called where a reply was lost, or is none to go by: a refusal after it may be of what was done by then. */
  readonly onUnheard?: () => void;
}

// Of what stands before the server, and has no reply of the server's.
const OF_GATEWAY: readonly number[] = [502, 504, 520, 524];

/** Whether the server may have done it all the same: not where nothing was sent, or the server's own reply says that it failed. */
function isUnheard(error: AvalaError): boolean {
  if (isApiError(error)) return OF_GATEWAY.includes(error.status);
  const { cause, isUnread } = error;
  return isUnread || (isAvalaError(cause) && cause.ambiguous);
}

/** @throws one of `sessionLost` where the server refuses it */
export async function complete(
  { avala, signal }: Pick<Sending, "avala" | "signal">,
  { path }: { readonly path: string },
  session: string,
  { stored, onUnheard }: Completing = {},
): Promise<void> {
  const onEvent: Listener = (event) => {
    if (event.kind === "retry" && isUnheard(event.error)) onUnheard?.();
    avala.emit(event);
  };
  try {
    await completeUpload(avala, session, { signal, onEvent });
  } catch (error) {
    if (!isApiError(error) || !NOT_COMPLETED.includes(error.status)) throw error;
    throw sessionLost(path, error, stored && { session, file: stored });
  }
}

// "Already complete.", "This upload is complete.", "Upload is in state COMPLETED.", and not "Upload is not complete".
const IS_COMPLETE =
  /\balready\b|\bis completed?\b|\b(?:was|been) completed\b|\b(?:state|status)\W+completed?\b/i;
// By these it has something against the file. Others may just say that there is nothing left to complete.
const OF_FILE: readonly number[] = [400, 422];

/**
 * The same of one that the server has called complete: a refusal for that very reason says the same once more. So does one of a
 * session that is gone or in conflict, whatever its words, where the reply to a completion of this run was lost (`wasUnheard`): what
 * was open before is complete now, and the confirm refuses a batch that has open sessions. Without that a server may call complete
 * what has all its bytes, and refuse them.
 */
export async function completeKnown(
  sending: Pick<Sending, "avala" | "signal">,
  file: { readonly path: string },
  { session, wasUnheard = false }: { readonly session: string; readonly wasUnheard?: boolean },
): Promise<void> {
  try {
    await complete(sending, file, session);
  } catch (error) {
    if (!isCompletionRefused(error)) throw error;
    const { detail = "", status } = error.cause;
    const mayBeDone = wasUnheard && !OF_FILE.includes(status);
    if (!mayBeDone && !IS_COMPLETE.test(detail)) throw error;
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
