// The server's session of a file that is gone, or is not what it was: another run completed it, it lost a part, or other
// content lies at its place. One that can't be mended in its batch takes the whole batch with it.
import {
  AvalaError,
  isApiError,
  type ApiError,
  type AvalaErrorOptions,
  type ErrorCode,
} from "../../errors";
import { printable } from "../../redact";
import type { StoredFile } from "./attempt";

/**
 * `session`: asking for it again may mend it. `refused`: the server does not take the file, or its batch. `place`: something else lies at the file's place. `taken`: something lies there,
 * and what is not known. `open`: an earlier run has left it open, and its batch may give the file no other one. `batch`: its batch takes no more, or is used up. `protocol`: the server knows the second protocol no
 * more.
 */
type Lost = "session" | "refused" | "place" | "taken" | "open" | "batch" | "protocol";

/** What was sent in a session, where all that it lacks is to be completed. */
interface StoredIn {
  readonly session: string;
  readonly file: StoredFile;
}

interface SessionLostOptions extends AvalaErrorOptions {
  readonly stored?: StoredIn | undefined;
}

export class SessionLostError extends AvalaError {
  readonly lost: Lost;
  readonly stored: StoredIn | undefined;

  constructor(lost: Lost, code: ErrorCode, message: string, options: SessionLostOptions) {
    super(code, message, options);
    this.lost = lost;
    this.stored = options.stored;
  }
}

const RUN_AGAIN =
  "Run again: the file is sent in a new session. If it happens again, report it to Avala.";

function lostSession(
  lost: Lost,
  path: string,
  {
    cause,
    stored,
  }: Pick<SessionLostOptions, "stored"> & { readonly cause: AvalaError | undefined },
): AvalaError {
  const why = cause === undefined ? "the store does not know it." : cause.message;
  const text = `The upload session of ${printable(path)} was lost: ${why}`;
  return new SessionLostError(lost, "storage", text, { hint: RUN_AGAIN, cause, stored });
}

export function sessionLost(path: string, cause?: AvalaError, stored?: StoredIn): AvalaError {
  return lostSession("session", path, { cause, stored });
}

/** The session that an earlier run left open is gone: the server may give the file no other one in its batch. */
export function openSessionLost(path: string, cause: ApiError): AvalaError {
  return lostSession("open", path, { cause });
}

/** {@link openSessionLost} */
interface OpenSessionLostError extends SessionLostError {
  readonly lost: "open";
  readonly cause: ApiError;
}

export function isOpenSessionLost(error: unknown): error is OpenSessionLostError {
  return isSessionLost(error) && error.lost === "open";
}

/** Something else lies at the file's place, or what lies there is not known, and is not replaced there. */
export function placeLost(
  lost: "place" | "taken",
  code: ErrorCode,
  text: string,
  options: AvalaErrorOptions,
): AvalaError {
  return new SessionLostError(lost, code, text, options);
}

/** The batch takes nothing more, as `cause` says. */
export function batchLost(path: string, cause: AvalaError): AvalaError {
  const text = `The upload batch is closed, and ${printable(path)} is not in it: ${cause.message}`;
  return new SessionLostError("batch", "storage", text, { hint: cause.hint, cause });
}

/** The server refuses to take the file (409, 410), alone or with all of its batch. */
export interface PresignRefusedError extends SessionLostError {
  readonly lost: "refused";
  readonly cause: ApiError;
}

export function presignRefused(path: string, cause: ApiError): AvalaError {
  const text = `The upload batch no longer takes ${printable(path)}: ${cause.message}`;
  return new SessionLostError("refused", "storage", text, { hint: RUN_AGAIN, cause });
}

export function isPresignRefused(error: unknown): error is PresignRefusedError {
  return isSessionLost(error) && error.lost === "refused";
}

// For one file or several.
const ASK_AVALA = "Ask Avala what it has against what it refuses, rename that, or leave it out.";

/** Of one that the server refuses, though it takes others of the set. */
export function fileRefused(path: string, cause: ApiError): AvalaError {
  const text = `Avala does not take ${printable(path)}, though it takes other files of the set: ${cause.message}`;
  // Where no other was taken, these would be about the address.
  const isOfCall = cause.code === "not_found" || cause.code === "not_offered";
  return new AvalaError("upload", text, {
    hint: isOfCall ? ASK_AVALA : (cause.hint ?? ASK_AVALA),
    cause,
  });
}

/** The same of one that was sent, and that the server does not complete, though it completes others of the set. */
export function fileUncompleted(path: string, cause: ApiError): AvalaError {
  const text = `Avala does not complete the upload of ${printable(path)}, though it completes other files of the set: ${cause.message}`;
  return new SessionLostError("session", "storage", text, { hint: ASK_AVALA, cause });
}

/** What counts as sent was sent by another run, no record of this machine's says so, and its dataset may be made, and deleted. */
export function batchSpent(datasetName: string, wasAwaited: boolean): AvalaError {
  const name = printable(datasetName);
  const text = wasAwaited
    ? `The other run that uploaded files of ${name} shows no sign of life, and has made no dataset.`
    : `Files of ${name} were uploaded earlier, by a run that is not recorded here.`;
  return new SessionLostError("batch", "storage", text, { hint: RUN_AGAIN });
}

/** The server refuses the fields of the second protocol, as `cause` says, after it took them. */
export function protocolLost(path: string, cause: AvalaError): AvalaError {
  const text = `The server no longer takes batches, as ${printable(path)} shows: ${cause.message}`;
  return new SessionLostError("protocol", cause.code, text, { hint: cause.hint, cause });
}

/** Whether something lies at the file's place that is not known to be the file. */
export function isAtPlace({ lost }: SessionLostError): boolean {
  return lost === "place" || lost === "taken";
}

export function isSessionLost(error: unknown): error is SessionLostError {
  return error instanceof SessionLostError;
}

// What means that it is not what it was.
const LOST: readonly number[] = [404, 409, 410];

/** Calls on a session. @throws one of {@link sessionLost} */
export async function inSession<T>(path: string, calls: Promise<T>): Promise<T> {
  try {
    return await calls;
  } catch (error) {
    if (!isApiError(error) || !LOST.includes(error.status)) throw error;
    throw sessionLost(path, error);
  }
}
