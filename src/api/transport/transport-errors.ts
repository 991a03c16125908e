// What a network library throws, as one of ours. Knows the codes of Node and undici; shows hosts, never URLs.
import { maxHeaderSize } from "node:http";
import { AvalaError, messageOf } from "../../errors";
import { isRecord } from "../../json";
import { printable, redact } from "../../redact";
import { formatBytes } from "../../text";
import { causeChain } from "./cause-chain";
import { proxyRefusal, proxyStatusOf, type Way } from "./proxy/proxy-errors";

// Nothing was sent yet, so whatever was asked for was not done.
const BEFORE_SENDING = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const TIMEOUTS = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

const HEADERS_TOO_LARGE = "UND_ERR_HEADERS_OVERFLOW";

// The other side's certificate: the same thing again gives the same answer.
const CERTIFICATE = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  ENOTFOUND: "is not a name that can be resolved",
  EAI_AGAIN: "could not be resolved at the moment",
  EHOSTUNREACH: "can't be reached",
  ENETUNREACH: "can't be reached",
  ECONNABORTED: "closed the connection",
  ECONNRESET: "closed the connection",
  EPIPE: "closed the connection",
  UND_ERR_SOCKET: "closed the connection",
};

function wordsOf(code: string, error: unknown): string {
  // Its code is missing in some versions of undici.
  const isUnread = isRecord(error) && error["name"] === "HTTPParserError";
  return isUnread ? "responded with what is not HTTP" : (WORDS[code] ?? "did not respond");
}

/** Whether it is this machine's: short of memory or address space, it can't run what the connection needs. */
function isOfMachine(error: unknown): boolean {
  return causeChain(error).some(
    ({ name, code }) =>
      name === "RangeError" || (typeof code === "string" && /^ERR_WORKER_/.test(code)),
  );
}

/** The code of an error, or of what caused it. Where none has one, the words of the first cause, as `bad port`. */
function codeOf(error: unknown): string {
  let words = "";
  for (const at of causeChain(error)) {
    const { code } = at;
    if (typeof code === "string" && code !== "") return code;
    words = messageOf(at) || words;
  }
  return redact(printable(words, 100)) || "unknown error";
}

// Error objects are no plain records for `isRecord`'s type, but have properties all the same.
function isConnecting(error: unknown): boolean {
  return isRecord(error) && (error["syscall"] === "connect" || isConnecting(error["cause"]));
}

/**
 * What is kept of a library's error. The error itself holds the request, and so the key, the presigned query and a proxy's
 * password: whoever prints ours with its causes would print them.
 */
function bare(error: unknown): Error {
  const kept = new Error(redact(printable(messageOf(error))));
  kept.name =
    isRecord(error) && typeof error["name"] === "string" ? printable(error["name"]) : "Error";
  kept.stack = `${kept.name}: ${kept.message}`;
  return kept;
}

/** Who did not answer: on the way through a proxy only the proxy is connected to, and only its name is resolved. */
function partyOf({ host, proxy }: Way, isEarly: boolean): string {
  if (proxy === undefined) return host;
  return isEarly ? `the proxy ${proxy}` : `${host}, through the proxy ${proxy},`;
}

/** `isSent: false` when the library knows that no byte of the request went out. */
export function transportError(way: Way, error: unknown, isSent = true): AvalaError {
  const code = codeOf(error);
  const refused = proxyStatusOf(error);
  if (refused !== undefined) return proxyRefusal(way, refused);
  const { host } = way;
  const isEarly = BEFORE_SENDING.has(code) || isConnecting(error);
  const party = partyOf(way, isEarly);
  // What undici says of a 101, with the code of any broken connection.
  if (messageOf(error) === "bad upgrade") return notAReply(host, "101");
  const isCertificate = CERTIFICATE.test(code);
  const ambiguous = isSent && !isEarly && !isCertificate;
  if (TIMEOUTS.has(code)) {
    return new AvalaError("timeout", `${party} made no progress (${code})`, {
      retryable: true,
      ambiguous,
      cause: bare(error),
      hint: "Check the connection and any proxy.",
    });
  }
  if (isOfMachine(error)) return ofMachine(host, error, isSent);
  if (code === HEADERS_TOO_LARGE) return headersTooLarge(party, error);
  const words = isCertificate ? "has a certificate that is not trusted" : wordsOf(code, error);
  return new AvalaError("network", `${party} ${words} (${code})`, {
    retryable: !isCertificate,
    ambiguous,
    cause: bare(error),
    hint: isCertificate
      ? "If your network puts its own certificate in between, add its certificate authority to NODE_EXTRA_CA_CERTS."
      : "Check the connection, the base URL and any proxy.",
  });
}

/** The network has no part in it: nothing is tried again, and no connection is to be checked. */
function ofMachine(host: string, error: unknown, isSent: boolean): AvalaError {
  const text = `This machine could not do its part of a request to ${host} (${codeOf(error)})`;
  return new AvalaError("network", text, {
    ambiguous: isSent,
    cause: bare(error),
    hint: "Raise the process's limits of memory and address space (ulimit -v), then run again.",
  });
}

/** The response came, so whatever it was given to may be done, and another try would get the same. */
function headersTooLarge(party: string, error: unknown): AvalaError {
  const text = `${party} responded with more than ${formatBytes(maxHeaderSize)} of headers (${HEADERS_TOO_LARGE})`;
  return new AvalaError("bad_reply", text, {
    ambiguous: true,
    isUnread: true,
    cause: bare(error),
    hint: "Find out whether a proxy or gateway adds them; NODE_OPTIONS=--max-http-header-size=65536 lets Node read more.",
  });
}

/** The error of a reply over `maxReplyBytes`. */
export function tooLarge(host: string, maxReplyBytes: number): AvalaError {
  const text = `${host} sent more than ${maxReplyBytes} bytes`;
  // A reply of whatever size was given to something done.
  return new AvalaError("bad_reply", text, { ambiguous: true });
}

/** The error of a 101, or of replies before the reply (1xx) without end. Another try would get the same. */
export function notAReply(host: string, what: string): AvalaError {
  return new AvalaError("bad_reply", `${host} answered with ${what} instead of a final response`, {
    ambiguous: true,
    hint: "Check that the URL is the service's own, and that no proxy answers in its place.",
  });
}

/** The error of a success that is reported before all was sent. */
export function tooEarly(host: string): AvalaError {
  return new AvalaError("bad_reply", `${host} reported success before all bytes were sent`, {
    retryable: true,
    ambiguous: true,
    hint: "Check that no proxy answers in its place.",
  });
}

/** The error of a reply that trickles. */
export function tooSlow(host: string): AvalaError {
  return transportError(
    { host },
    Object.assign(new Error("the response is too slow"), { code: "ETIMEDOUT" }),
  );
}
