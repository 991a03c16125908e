// What an object store answers when it refuses, as an error. Shows the host and the code, never a URL or a field.
import { AvalaError } from "../../errors";
import { parseRetryAfter } from "../../flow/retry";
import { printable } from "../../redact";
import { askedWait, serverNow } from "../reply/reply-headers";
import type { HttpResponse } from "../transport/transport";

const MAX_XML_BYTES = 64 * 1024;

/** The text of the first element of that name. Tolerant, and expands no entities: a response is not to be trusted. */
function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return undefined;
  const from = start + name.length + 2;
  const to = xml.indexOf("<", from);
  return to < 0 ? undefined : printable(xml.slice(from, to), 200);
}

interface StoreMessage {
  readonly code: string | undefined;
  readonly message: string;
}

function readXml(body: Buffer): StoreMessage {
  const xml = body.subarray(0, MAX_XML_BYTES).toString("utf8");
  const code = element(xml, "Code");
  return {
    // A code is a word; anything else is not S3's.
    code: code !== undefined && /^[A-Za-z][\w.-]{0,60}$/.test(code) ? code : undefined,
    message: element(xml, "Message") ?? "",
  };
}

function hasExpired({ code, message }: StoreMessage): boolean {
  if (code === "ExpiredToken" || code === "TokenRefreshRequired") return true;
  return code === "AccessDenied" && /expired/i.test(message);
}

const TRANSIENT_CODES = new Set([
  "RequestTimeout",
  "SlowDown",
  "InternalError",
  "ServiceUnavailable",
]);

function isThrottle(status: number, { code }: StoreMessage): boolean {
  return status === 429 || code === "SlowDown";
}

function isTransient(status: number, { code }: StoreMessage): boolean {
  if (status >= 500 || status === 429 || status === 408) return true;
  return code !== undefined && TRANSIENT_CODES.has(code);
}

const HINTS: Readonly<Record<string, string>> = {
  EntityTooLarge: "The file is larger than the store accepts.",
  EntityTooSmall: "The file changed after it was listed: run again.",
  SignatureDoesNotMatch: "The presigned request does not match the store: report it to Avala.",
  AccessDenied: "The store refuses the presigned request: report it to Avala.",
  NoSuchBucket: "The store's bucket is gone: report it to Avala.",
};

/** `what`: `store a.jpg`, `fetch the export`. */
export function storageError(
  what: string,
  host: string,
  reply: Pick<HttpResponse, "status" | "headers" | "body">,
  nowMs: number,
): AvalaError {
  const { status, headers } = reply;
  if (status >= 300 && status < 400) {
    return new AvalaError(
      "redirect",
      `Could not ${what}: ${host} redirects, and redirects are never followed (${status}).`,
    );
  }
  const answer = readXml(reply.body);
  if (hasExpired(answer)) {
    return new AvalaError(
      "storage_expired",
      `Could not ${what}: the presigned URL for ${host} has expired.`,
      {
        retryable: true,
        hint: "Each attempt uses a new presigned URL, so check that this machine's clock is right.",
      },
    );
  }
  const reason = answer.code ?? "no reason was given";
  const retryAfterMs = parseRetryAfter(headers["retry-after"], serverNow(headers, nowMs));
  const facts = [String(status), reason, ...askedWait(retryAfterMs)].join(", ");
  return new AvalaError("storage", `Could not ${what}: ${host} refused (${facts}).`, {
    retryable: isTransient(status, answer),
    isThrottled: isThrottle(status, answer),
    retryAfterMs,
    hint: HINTS[answer.code ?? ""],
  });
}
