// An error reply as an error: which code each status is, whether another try may help, and the next step for the reader.
// Knows nothing of sending.
import { ApiError, type ApiErrorOptions, type ErrorCode, type RateLimit } from "../../errors";
import { isCount, isRecord } from "../../json";
import { MAX_SERVER_WAIT_MS } from "../../flow/retry";
import { printable } from "../../redact";
import { formatDuration } from "../../text";
import { askedWait } from "./reply-headers";
import { readErrorBody, withoutFields, type ErrorBody } from "./error-body";
import { isBusy, isNameTaken } from "./name-taken";
import { organizationHint, permissionHint } from "./permission-hint";
import type { Secrets } from "../secrets";

interface Refusal {
  readonly what: string;
  readonly route: string;
  readonly repeat: "safe" | "ambiguous";
  /** From 1. */
  readonly attempt: number;
  readonly status: number;
  /** `undefined` when the body is not JSON. */
  readonly json: unknown;
  readonly requestId: string | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly retryAfterMs: number | undefined;
}

type Quota = NonNullable<ApiErrorOptions["quota"]>;

/** A 413 is about the quota only where it says how large that is; else what was sent is too large. */
function quotaOf({ status, json }: Refusal): Quota | undefined {
  if (status !== 413 || !isRecord(json)) return undefined;
  const { limit, used } = json;
  return isCount(limit) && isCount(used) ? { limitBytes: limit, usedBytes: used } : undefined;
}

function codeOf({ status, json }: Refusal, body: ErrorBody, quota: Quota | undefined): ErrorCode {
  if (isNameTaken(status, body)) return "conflict";
  if (isBusy(status, body)) return "server";
  switch (status) {
    case 400:
    case 422:
      return "validation";
    case 401:
      return "authentication";
    case 403:
      return "permission";
    case 404:
      // For an object that is not there the API answers in JSON; a route that is not there is the web framework's page.
      return json === undefined ? "not_offered" : "not_found";
    case 405:
      return "not_offered";
    case 408:
      return "timeout";
    case 413:
      return quota === undefined ? "validation" : "quota";
    case 429:
      return "rate_limited";
    default:
      return status >= 500 ? "server" : "validation";
  }
}

function formatGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB`;
}

function hintFor(
  code: ErrorCode,
  refusal: Refusal,
  body: ErrorBody,
  quota: ApiErrorOptions["quota"],
): string | undefined {
  switch (code) {
    case "authentication":
      return "Check the API key: keys are in Avala under Settings > Security, and they can expire.";
    case "permission":
      return permissionHint(refusal.route, body);
    case "not_found":
      return "Check the name or uid, and that the key's user can see it.";
    case "not_offered":
      return "Check the base URL, with its path (the public API's is https://api.avala.ai/api/v1); if it is right, this deployment of Avala does not support the call.";
    case "quota":
      return quota === undefined
        ? "Free storage in Avala, or ask for more."
        : `${formatGigabytes(quota.usedBytes)} of ${formatGigabytes(quota.limitBytes)} are used: free storage in Avala, or ask for more.`;
    case "rate_limited":
      return `${whenToRunAgain(refusal)}Other runs share this key's limit: run fewer at once, or ask Avala for a higher limit.`;
    case "conflict":
      return "Choose another name, or use what exists.";
    case "validation":
      return refusal.status === 413
        ? "The server does not name a quota as the reason, so the file or the request is too large for it: send less, or ask Avala for its limit."
        : (organizationHint(body) ?? uidHint(body));
    case "server":
      return refusal.repeat === "ambiguous"
        ? "It may have succeeded anyway: check before you repeat it."
        : "The problem is on the server's side: run again later; if it persists, give Avala the request id.";
    default:
      return undefined;
  }
}

/** Where the server asks for a longer wait than a run has. */
function whenToRunAgain({ retryAfterMs = 0 }: Refusal): string {
  if (retryAfterMs <= MAX_SERVER_WAIT_MS) return "";
  return `Run again in ${formatDuration(retryAfterMs / 1000)}. `;
}

/** A name in the place of a uid passes as one, and is refused as a uid that is not there. */
function uidHint({ fields }: ErrorBody): string | undefined {
  const isUnknown = Object.values(fields)
    .flat()
    .some((text) => UNKNOWN_UID.test(text));
  return isUnknown ? "Give uids that the key's user can see; a name is not a uid." : undefined;
}

const UNKNOWN_UID = /^Object with uid=.* does not exist/;

const WORDS: Partial<Record<ErrorCode, string>> = {
  authentication: "the key is missing, invalid or expired",
  permission: "the key is not allowed to do this",
  not_found: "it does not exist",
  not_offered: "the server has no such call",
  conflict: "it already exists",
  quota: "the storage quota is used up",
  rate_limited: "too many requests",
  timeout: "the server gave up waiting",
  server: "the server failed",
};

// As often as Avala's SDKs look whether a dataset is made.
const BUSY_WAIT_MS = 10_000;

// So that what follows them, status and request id, is within what a message shows.
const MAX_WORDS = 300;

function wordsFor(code: ErrorCode, status: number): string {
  if (status === 413 && code === "validation") return "what was sent is too large for the server";
  return WORDS[code] ?? "the server refused it";
}

/** `Could not create dataset a: slug: taken. (409 POST /datasets/, request 7f, after 2 tries)` */
export function describe(
  refusal: Pick<Refusal, "what" | "route" | "attempt" | "requestId"> & {
    readonly status?: number | undefined;
    readonly retryAfterMs?: number | undefined;
  },
  words: string,
): string {
  const { what, route, attempt, requestId, status, retryAfterMs } = refusal;
  const facts = [
    status === undefined ? route : `${status} ${route}`,
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ...(attempt > 1 ? [`after ${attempt} attempts`] : []),
    ...askedWait(retryAfterMs),
  ];
  const sentence = words.replace(/[.\s]+$/, "");
  return `Could not ${printable(what)}: ${sentence} (${facts.join(", ")}).`;
}

/** Turns a reply of 4xx or 5xx into the error that is thrown. */
export function refusalError(refusal: Refusal, secrets: Secrets): ApiError {
  const { status, rateLimit, requestId } = refusal;
  const json = status < 500 ? refusal.json : withoutFields(refusal.json);
  const body = readErrorBody(json, (text) => secrets.mask(text));
  const { detail, fields } = body;
  const quota = quotaOf(refusal);
  const code = codeOf(refusal, body, quota);
  const isWaitedFor = isBusy(status, body);
  const isTransient = code === "timeout" || code === "rate_limited" || code === "server";
  // 408, 409 and 429 say that nothing was done; after a 5xx that is not known.
  const ambiguous = refusal.repeat === "ambiguous" && status >= 500;
  const words = printable(detail ?? wordsFor(code, status), MAX_WORDS);
  return new ApiError(code, secrets.mask(describe(refusal, words)), {
    status,
    route: refusal.route,
    detail,
    // Of a quota the numbers are no field errors.
    fields: code === "quota" ? {} : fields,
    requestId,
    rateLimit,
    quota,
    retryable: isTransient && !ambiguous,
    retryAfterMs: refusal.retryAfterMs ?? (isWaitedFor ? BUSY_WAIT_MS : undefined),
    ambiguous,
    hint: isWaitedFor
      ? "Run again once the server is done with it."
      : hintFor(code, refusal, body, quota),
  });
}
