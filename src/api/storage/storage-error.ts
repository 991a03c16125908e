// What an object store answers when it refuses, as an error. Shows the host and the code, never a URL or a field.
import { AvalaError, isAvalaError, type AvalaErrorOptions } from "../../errors";
import { parseRetryAfter } from "../../flow/retry";
import { formatDuration } from "../../text";
import { askedWait, serverNow } from "../reply/reply-headers";
import type { HttpResponse } from "../transport/transport";
import { signedUntil, type Signed } from "./signed-until";
import { meaningOf, readRefusal } from "./store-words";

const DAMAGED =
  "The bytes changed or were cut off on the way: check this machine's memory, its network and what is in between.";
const REFUSED = "The store refuses the presigned request: report it to Avala.";

const HINTS: Readonly<Record<string, string>> = {
  EntityTooLarge: "The file is larger than the store accepts.",
  EntityTooSmall: "The file changed after it was listed: run again.",
  SignatureDoesNotMatch: "The presigned request does not match the store: report it to Avala.",
  AccessDenied: REFUSED,
  AuthenticationFailed: REFUSED,
  InvalidPolicyDocument: REFUSED,
  BadDigest: DAMAGED,
  IncompleteBody: DAMAGED,
  XAmzContentSHA256Mismatch: DAMAGED,
  Md5Mismatch: DAMAGED,
  CrcMismatch: DAMAGED,
  NoSuchBucket: "The store's bucket is gone: report it to Avala.",
};

// Of what is said of one file, another one may be taken.
const OF_FILE = ["EntityTooLarge", "EntityTooSmall", "RequestBodyTooLarge", "KeyTooLongError"];
const STATUSES_OF_FILE = [413, 414];

/** What a store has refused in its own words. */
class StoreRefusedError extends AvalaError {
  readonly host: string;
  /** `403, AccessDenied` */
  readonly facts: string;
  /** Whether it may be the store, or what was signed, that keeps it from taking any file. */
  readonly mayMeetAll: boolean;

  constructor(
    what: string,
    refusal: Pick<StoreRefusedError, "host" | "facts" | "mayMeetAll">,
    options: AvalaErrorOptions,
  ) {
    const { host, facts, mayMeetAll } = refusal;
    super("storage", `Could not ${what}: ${host} refused (${facts}).`, options);
    this.host = host;
    this.facts = facts;
    this.mayMeetAll = mayMeetAll;
  }
}

export function isStoreRefusal(error: unknown): error is StoreRefusedError {
  return isAvalaError(error) && "mayMeetAll" in error;
}

type Reply = Pick<HttpResponse, "status" | "headers" | "body">;

interface Refused {
  readonly reply: Reply;
  readonly code: string | undefined;
  readonly nowMs: number;
}

/**
 * For a refusal in no words, as CloudFront's: whether what was signed had ended by the store's clock. Another code is a reason
 * of its own, which a new URL does not help.
 */
function hasEnded(signed: Signed, { reply, code, nowMs }: Refused): boolean {
  const { status, headers } = reply;
  if (status < 400 || status > 403) return false;
  if (code !== undefined && code !== "AccessDenied") return false;
  return (signedUntil(signed) ?? Number.POSITIVE_INFINITY) <= serverNow(headers, nowMs);
}

const second = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/**
 * The store judges by its own clock what the API signed by another: whoever reads it sees which of them is wrong. `undefined`
 * where the end is not known to have passed by the store's clock: then it means something else.
 */
function clocksOf(signed: Signed, headers: Reply["headers"], nowMs: number): string | undefined {
  const end = signedUntil(signed);
  const storeMs = Date.parse(headers["date"] ?? "");
  if (end === undefined || !(end <= storeMs)) return undefined;
  const skewMs = nowMs - serverNow(headers, nowMs);
  const apart = formatDuration(Math.abs(skewMs) / 1000);
  const ours =
    skewMs === 0 ? second(nowMs) : `is ${apart} ${skewMs > 0 ? "ahead of" : "behind"} it`;
  return `it was valid until ${second(end)}; the store's clock says ${second(storeMs)}; this machine's clock ${ours}`;
}

const AGAIN = "Each attempt uses a new presigned URL.";

function expired(what: string, host: string, clocks: string): AvalaError {
  return new AvalaError(
    "storage_expired",
    `Could not ${what}: the presigned URL for ${host} has expired (${clocks}).`,
    {
      retryable: true,
      isEndedByClock: true,
      hint: `${AGAIN} If that has expired at once, the clock that it was signed by and the store's differ: set them right if they are your own, or report it to Avala.`,
    },
  );
}

function calledExpired(what: string, host: string, { reply, code }: Refused): AvalaError {
  const facts = [reply.status, code].filter((fact) => fact !== undefined).join(", ");
  return new AvalaError(
    "storage_expired",
    `Could not ${what}: the presigned URL for ${host}, or the session that signed it, has expired (${facts}).`,
    {
      retryable: true,
      hint: `${AGAIN} If the store refuses these for long, report it to Avala.`,
    },
  );
}

/** `what`: `store a.jpg`, `fetch the export`. `signed`: what was refused. */
export function storageError(
  what: string,
  signed: Signed,
  reply: Reply,
  nowMs: number,
): AvalaError {
  const { status, headers } = reply;
  const { host } = signed.url;
  if (status >= 300 && status < 400) {
    return new AvalaError(
      "redirect",
      `Could not ${what}: ${host} redirects, and redirects are never followed (${status}).`,
    );
  }
  const refusal = readRefusal(reply);
  const meaning = meaningOf(refusal);
  const refused = { reply, code: refusal.code, nowMs };
  if (meaning === "expired" || (meaning === "final" && hasEnded(signed, refused))) {
    const clocks = clocksOf(signed, headers, nowMs);
    return clocks === undefined ? calledExpired(what, host, refused) : expired(what, host, clocks);
  }
  const reason = refusal.code ?? "no reason was given";
  const retryAfterMs = parseRetryAfter(headers["retry-after"], serverNow(headers, nowMs));
  const facts = [String(status), reason, ...askedWait(retryAfterMs)].join(", ");
  const isOfFile = STATUSES_OF_FILE.includes(status) || OF_FILE.includes(refusal.code ?? "");
  const mayMeetAll = meaning === "final" && !isOfFile;
  return new StoreRefusedError(
    what,
    { host, facts, mayMeetAll },
    {
      retryable: meaning === "throttled" || meaning === "passing",
      isThrottled: meaning === "throttled",
      retryAfterMs,
      hint: HINTS[refusal.code ?? ""],
    },
  );
}
