// A reply, or the lack of one, as a value or an error. Knows nothing of sending or of tries but their count.
import { AvalaError, isAvalaError, type RateLimit } from "../../errors";
import { parseRetryAfter } from "../../flow/retry";
import { CHECK_BASE_URL } from "../../hints";
import { describe, refusalError } from "./api-error";
import type { ApiCall, ApiReply } from "../call";
import { serverNow } from "./reply-headers";
import type { Secrets } from "../secrets";
import type { HttpResponse } from "../transport/transport";

/** What judging needs to know of the session. */
interface ReplyContext {
  readonly baseUrl: string;
  readonly secrets: Secrets;
  readonly nowMs: number;
}

// Nothing of the API's is nested half as deep; code that walks a value would run out of stack on what is.
const MAX_LEVELS = 100;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether the byte is in the body more often than that. */
function hasMore(body: Buffer, byte: number, count: number): boolean {
  let at = -1;
  for (let found = 0; found <= count; found += 1) {
    at = body.indexOf(byte, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Of JSON, as its bytes have it: a walk of what was parsed costs as much as parsing it. */
function isTooDeep(body: Buffer): boolean {
  // Nearly all have a few objects and lists in all.
  const half = MAX_LEVELS / 2;
  if (!hasMore(body, OPEN_LIST, half) && !hasMore(body, OPEN_OBJECT, half)) return false;
  let levels = 0;
  let isText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) isText = !isText;
    else if (isText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) levels += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) levels -= 1;
    if (levels > MAX_LEVELS) return true;
  }
  return false;
}

/** `undefined` for no body; `"too deep"` for one that is nested too deeply to walk, `"broken"` for one that is not JSON. */
function parseBody(body: Buffer): { readonly json: unknown } | "broken" | "too deep" {
  if (body.length === 0) return { json: undefined };
  if (isTooDeep(body)) return "too deep";
  try {
    return { json: JSON.parse(body.toString("utf8")) as unknown };
  } catch {
    return "broken";
  }
}

/** Of one try. */
export interface CallFacts {
  readonly call: ApiCall;
  readonly attempt: number;
  readonly requestId: string | undefined;
}

function describeFor(
  { call, attempt, requestId }: CallFacts,
  words: string,
  status?: number,
): string {
  const { what, route } = call;
  return describe({ what, route, attempt, requestId, status }, words);
}

function redirectError(
  facts: CallFacts,
  { status, headers }: HttpResponse,
  baseUrl: string,
): AvalaError {
  const { location } = headers;
  const to =
    location !== undefined && URL.canParse(location, baseUrl)
      ? ` to ${new URL(location, baseUrl).origin}${new URL(location, baseUrl).pathname}`
      : "";
  return new AvalaError("redirect", describeFor(facts, `the server redirects${to}`, status), {
    hint: "The key is never sent elsewhere: use the API's own base URL.",
  });
}

function brokenReply(
  facts: CallFacts,
  { status, headers, body }: HttpResponse,
  isUnread: boolean,
): AvalaError {
  const type = headers["content-type"] ?? "no type";
  const kind = /html/i.test(type) ? "a web page" : `${body.length} bytes of ${type}`;
  const words = `the response is not valid JSON or was truncated (${kind})`;
  return new AvalaError("bad_reply", describeFor(facts, words, status), {
    // A creation whose reply can't be read was done.
    ambiguous: facts.call.repeat === "ambiguous",
    // What is nested too deeply came whole.
    retryable: facts.call.repeat === "safe" && isUnread,
    isUnread,
    hint: CHECK_BASE_URL,
  });
}

/** Whether the reply to a read has no body, which not even an empty list has. */
function lacksBody({ method }: ApiCall, { status, body }: HttpResponse): boolean {
  return method === "GET" && status === 200 && body.length === 0;
}

export function retryAfterOf(
  { headers }: Pick<HttpResponse, "headers">,
  nowMs: number,
): number | undefined {
  return parseRetryAfter(headers["retry-after"], serverNow(headers, nowMs));
}

/** The JSON of a success; anything else is thrown. */
export function classifyReply(
  bench: ReplyContext,
  facts: CallFacts,
  reply: HttpResponse,
  rateLimit?: RateLimit,
): ApiReply {
  const { secrets } = bench;
  const { call, attempt, requestId } = facts;
  const { status } = reply;
  if (status >= 300 && status < 400)
    throw masked(secrets, redirectError(facts, reply, bench.baseUrl));
  const parsed = parseBody(reply.body);
  if (status >= 200 && status < 300) {
    if (typeof parsed === "string" || lacksBody(call, reply))
      throw masked(secrets, brokenReply(facts, reply, parsed !== "too deep"));
    return { status, json: parsed.json, rateLimit, requestId };
  }
  const retryAfterMs = retryAfterOf(reply, bench.nowMs);
  const json = typeof parsed === "string" ? undefined : parsed.json;
  const { what, route, repeat } = call;
  throw refusalError(
    { what, route, repeat, attempt, status, json, requestId, rateLimit, retryAfterMs },
    secrets,
  );
}

/** What the transport threw, with what was being done; and whether that may be done twice. */
export function lostReplyError(secrets: Secrets, facts: CallFacts, error: unknown): unknown {
  if (!isAvalaError(error) || error.code === "cancelled") return error;
  const isOpen = facts.call.repeat === "ambiguous" && error.ambiguous;
  return new AvalaError(error.code, secrets.mask(describeFor(facts, error.message)), {
    hint: isOpen ? "It may have succeeded anyway: check before you repeat it." : error.hint,
    retryable: error.retryable && !isOpen,
    ambiguous: isOpen,
    isUnread: error.isUnread,
    cause: error,
  });
}

function masked(secrets: Secrets, error: AvalaError): AvalaError {
  const { code, hint, ambiguous, retryable, isUnread } = error;
  const message = secrets.mask(error.message);
  return new AvalaError(code, message, { hint, ambiguous, retryable, isUnread });
}
