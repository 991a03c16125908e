// The errors of the core: one class with a closed set of codes, and subclasses only where there is more to carry.
// Knows nothing of HTTP libraries, files or who shows the error.

import { counted, formatCount, listed } from "./text";
import { diskHint, systemErrorCode } from "./system-error";
import { printableLines } from "./redact";

/** What went wrong, for programs. Closed: a new cause is a new code here. */
export type ErrorCode =
  | "input" // what the user gave can't be used; nothing was sent
  | "authentication" // 401
  | "permission" // 403
  | "not_found" // 404
  | "not_offered" // the deployment has no such route: 404 on the route, 405
  | "validation" // 400, 422, and any other refusal of what was sent
  | "conflict" // a 400, 409 or 422 that says that a name or slug is taken, and a 409 without a reason
  | "quota" // 413 with the quota's numbers
  | "rate_limited" // 429
  | "server" // 5xx, and a 409 that asks to wait
  | "timeout" // 408, no progress, or a wait that reached its deadline
  | "network" // no reply: refused, reset, name not resolved
  | "redirect" // a 3xx, never followed
  | "bad_reply" // a reply that is not what the contract says
  | "storage" // the object store refused the bytes
  | "storage_expired" // a presigned URL or policy has expired: presign again
  | "storage_host" // a presigned URL to a host that is not allowed
  | "file" // a local file can't be read
  | "file_changed" // a local file changed while it was used
  | "upload" // some files of an upload failed
  | "dataset" // a dataset is not what was sent
  | "export_failed" // the server ended the export without a file
  | "journal" // the journal can't be used
  | "cancelled"; // stopped by the caller's signal

export interface AvalaErrorOptions {
  /** What the reader can do now, as one sentence. */
  readonly hint?: string | undefined;
  /** Whether the same thing, tried again, may succeed. @default false */
  readonly retryable?: boolean | undefined;
  /** The server's own wait before the next try, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** The server refused only because of the number of requests, and did nothing. @default for `rate_limited` */
  readonly isThrottled?: boolean | undefined;
  /** The server may have done it all the same: look before doing it again (contract, "Errors"). */
  readonly ambiguous?: boolean | undefined;
  /** What came is not JSON or has headers that can't be read, so something between may have cut it or answered instead: if it is `retryable`, worth a few tries. @default false */
  readonly isUnread?: boolean | undefined;
  /** By the store's clock what was presigned had ended as it was used, and a new one may end likewise: worth a few tries. @default false */
  readonly isEndedByClock?: boolean | undefined;
  /** What of an upload had landed, of a failed confirm all; without a `uploadUid` in no batch. */
  readonly uploadUid?: string | undefined;
  readonly landed?: readonly LandedFile[] | undefined;
  readonly cause?: unknown;
}

const brand = Symbol.for("avala.error");

/**
 * Every error that the core throws on purpose. `message` is one sentence: what failed, on which thing, why; whatever of a
 * server's or a file's words it holds, no control character comes with them.
 */
export class AvalaError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly isThrottled: boolean;
  readonly ambiguous: boolean;
  readonly isUnread: boolean;
  readonly isEndedByClock: boolean;
  readonly uploadUid: string | undefined;
  readonly landed: readonly LandedFile[] | undefined;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: AvalaErrorOptions = {}) {
    super(printableLines(message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint === undefined ? undefined : printableLines(options.hint);
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.isThrottled = options.isThrottled ?? code === "rate_limited";
    this.ambiguous = options.ambiguous ?? false;
    this.isUnread = options.isUnread ?? false;
    this.isEndedByClock = options.isEndedByClock ?? false;
    this.uploadUid = options.uploadUid;
    this.landed = options.landed;
  }
}

/** What the API's `X-RateLimit-*` headers said (contract, "Rate limits"). */
export interface RateLimit {
  /** Requests a minute. */
  readonly limit: number;
  readonly remaining: number;
  /** When the budget is whole again, ms since the epoch. */
  readonly resetAtMs: number;
}

export interface ApiErrorOptions extends AvalaErrorOptions {
  readonly status: number;
  /** Method and route template, as `GET /datasets/{owner}/{slug}/`. */
  readonly route: string;
  /** The server's own words, redacted. */
  readonly detail?: string | undefined;
  /** Field errors of a 400 or 422: field → messages. */
  readonly fields?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly requestId?: string | undefined;
  readonly rateLimit?: RateLimit | undefined;
  /** For 413: bytes. */
  readonly quota?: { readonly limitBytes: number; readonly usedBytes: number } | undefined;
}

/** An answer of the API that is an error. */
export class ApiError extends AvalaError {
  readonly status: number;
  readonly route: string;
  readonly detail: string | undefined;
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly requestId: string | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly quota: { readonly limitBytes: number; readonly usedBytes: number } | undefined;

  constructor(code: ErrorCode, message: string, options: ApiErrorOptions) {
    super(code, message, options);
    this.status = options.status;
    this.route = options.route;
    this.detail = options.detail;
    this.fields = options.fields ?? {};
    this.requestId = options.requestId;
    this.rateLimit = options.rateLimit;
    this.quota = options.quota;
  }
}

export interface InputProblem {
  /** The input as the user knows it: `files`, `baseUrl`, a path. */
  readonly input: string;
  /** What is wrong with it, and what to do. */
  readonly text: string;
  /** Of a file: its path in the dataset, as it is. */
  readonly path?: string | undefined;
}

// More inputs than a workflow or a resource has: all of these are named. Of files there may be a thousand.
const MAX_PROBLEMS = 50;

/** Says of a list that is not all of them how many it has. */
function firstOf(count: number): string {
  return count > MAX_PROBLEMS ? ` (the first ${MAX_PROBLEMS} of ${formatCount(count)})` : "";
}

/** What the user gave can't be used. Carries every problem at once; nothing was sent. */
export class InputError extends AvalaError {
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], options: AvalaErrorOptions = {}) {
    const lines = problems.map(({ input, text }) => `${input}: ${text}`);
    const all = `${counted(lines.length, "problem")}, nothing was sent:${listed(lines, MAX_PROBLEMS)}${firstOf(lines.length)}`;
    const [first = all, ...others] = lines;
    super("input", others.length === 0 ? first : all, options);
    this.problems = problems;
  }
}

export interface FileFailure {
  readonly path: string;
  readonly error: AvalaError;
}

/** A file that has landed: path in the dataset, bytes, sha256 of what was sent. */
export interface LandedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface UploadErrorOptions extends AvalaErrorOptions {
  readonly failures: readonly FileFailure[];
  readonly landed: readonly LandedFile[];
}

/**
 * An upload that did not end: files failed (code `upload`), or something stopped it (that thing's own code).
 * What landed is in the journal as well, so running again sends only the rest.
 */
export class UploadError extends AvalaError {
  readonly failures: readonly FileFailure[];
  declare readonly landed: readonly LandedFile[];

  constructor(code: ErrorCode, message: string, options: UploadErrorOptions) {
    super(code, message, options);
    this.failures = options.failures;
  }
}

/**
 * Whether `error` is one of ours. By brand and not by `instanceof`: the core ships twice, in the Action's bundle and
 * in the provider's package, and two copies may meet in one process.
 */
export function isAvalaError(error: unknown): error is AvalaError {
  return typeof error === "object" && error !== null && brand in error;
}

/** As {@link isAvalaError}, for an answer of the API. */
export function isApiError(error: unknown): error is ApiError {
  return isAvalaError(error) && "status" in error && "route" in error;
}

/** As {@link isAvalaError}, for an upload that did not end. */
export function isUploadError(error: unknown): error is UploadError {
  return isAvalaError(error) && "failures" in error && "landed" in error;
}

/** Whether the server has it no more, or does not show it to this key. */
export function isNotFound(error: unknown): boolean {
  return isAvalaError(error) && error.code === "not_found";
}

/** Whether the key may not do this, or the deployment can't: then a read that is only advisory is left out. */
export function isNotAllowedToRead(error: unknown): boolean {
  if (!isAvalaError(error)) return false;
  return error.code === "permission" || error.code === "not_found" || error.code === "not_offered";
}

/**
 * For `.catch` of a read that is only advisory: `undefined` in its place. A key may be able to upload and not to read
 * (contract, "Transport"): advice that can't be had must not stop a run. @throws any other error as it is
 */
export function ignoreForbidden(error: unknown): undefined {
  if (isNotAllowedToRead(error)) return undefined;
  throw error;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  const hasMessage = typeof error === "object" && error !== null && "message" in error;
  return hasMessage ? String(error.message) : String(error);
}

/** What the local disk refused, as an error of ours; anything else as it is. */
export function asDiskError(what: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  // Node's own `ERR_…` are mistakes of a program.
  if (isAvalaError(error) || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  return new AvalaError("file", `${what}: ${messageOf(error)}.`, {
    hint: diskHint(code),
    cause: error,
  });
}
