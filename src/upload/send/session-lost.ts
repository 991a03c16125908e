// The server's session of a file that is gone, or is not what it was: another run completed it, it lost a part, or other
// content lies at its place. One that can't be mended in its batch takes the whole batch with it.
import { AvalaError, isApiError, type AvalaErrorOptions, type ErrorCode } from "../../errors";
import { printable } from "../../redact";

class SessionLostError extends AvalaError {
  /** Whether asking for the same session again is of no use. */
  readonly isFinal: boolean = false;
}

class PlaceLostError extends SessionLostError {
  override readonly isFinal = true;
}

export function sessionLost(path: string, cause?: AvalaError): AvalaError {
  const why = cause === undefined ? "the store does not know it" : cause.message;
  const hint = "Run again: the file is sent in a new session. If it happens again, tell Avala.";
  return new SessionLostError(
    "storage",
    `The upload session of ${printable(path)} was lost: ${why}`,
    {
      hint,
      cause,
    },
  );
}

/** Something else lies at the file's place, and is not replaced there. */
export function placeLost(code: ErrorCode, text: string, options: AvalaErrorOptions): AvalaError {
  return new PlaceLostError(code, text, options);
}

export function isSessionLost(error: unknown): error is SessionLostError {
  return error instanceof SessionLostError;
}

/** Calls on a session. `statuses`: what means that it is not what it was. @throws one of {@link sessionLost} then */
export async function inSession<T>(
  path: string,
  calls: Promise<T>,
  statuses: readonly number[] = [404, 409, 410],
): Promise<T> {
  try {
    return await calls;
  } catch (error) {
    if (!isApiError(error) || !statuses.includes(error.status)) throw error;
    throw sessionLost(path, error);
  }
}
