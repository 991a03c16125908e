// The server's session of a large file that is no more, or not what it was: another run completed it, or it lost a part.
import { AvalaError, isApiError } from "../errors";
import { printable } from "../redact";

/** A session that went from under us. Its file goes on in another one, or fails; other files have their own. */
class SessionLostError extends AvalaError {}

export function sessionLost(path: string, cause?: AvalaError): AvalaError {
  const why = cause === undefined ? "the store knows it no more" : cause.message;
  const text = `The upload session of ${printable(path)} was lost: ${why}`;
  const hint = "Run again: the file is sent in a new session. If it happens again, tell Avala.";
  return new SessionLostError("storage", text, { hint, cause });
}

/** A refusal of a session's own routes, or of the store's, means that the session is not what it was. */
export function asSessionLost(path: string, error: unknown): AvalaError | undefined {
  if (error instanceof SessionLostError) return error;
  const isRefused = isApiError(error) && (error.code === "conflict" || error.code === "not_found");
  return isRefused ? sessionLost(path, error) : undefined;
}
