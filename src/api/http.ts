// One call to the API: key, tries, and every response that is not a success turned into an error.
// Knows nothing of endpoints and their shapes.
import { retry } from "../flow/retry";
import type { ApiCall, ApiReply } from "./call";
import { sendPaced, type HttpContext } from "./paced-request";
import { classifyReply } from "./reply/classify-reply";
import { encodePath, encodeQuery, resolveNext } from "./route";
import type { HttpRequest } from "./transport/transport";

const IDLE_TIMEOUT_MS = 60_000;
// A page of 100 items with long metadata is under 1 MiB; more than this is not a response of the API.
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

function requestOf(context: HttpContext, call: ApiCall, signal: AbortSignal): HttpRequest {
  const { baseUrl, apiKey, userAgent } = context;
  const first = baseUrl + encodePath(call.route, call.path);
  const url =
    call.url === undefined
      ? first + encodeQuery(call.query)
      : resolveNext(call.route, call.url, baseUrl, first);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return {
    method: call.method,
    url,
    headers: {
      "X-Avala-Api-Key": apiKey,
      "User-Agent": userAgent,
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    body,
    signal,
    idleTimeoutMs: Math.min(IDLE_TIMEOUT_MS, call.idleTimeoutMs ?? IDLE_TIMEOUT_MS),
    maxReplyBytes: MAX_REPLY_BYTES,
  };
}

async function attemptCall(
  context: HttpContext,
  call: ApiCall,
  attempt: number,
  signal: AbortSignal,
): Promise<ApiReply> {
  const { baseUrl, secrets, transport } = context;
  const request = requestOf(context, call, signal);
  const { reply, nowMs, rateLimit, facts } = await sendPaced(
    context,
    { call, attempt, request },
    (one) => transport.send(one),
  );
  return classifyReply({ baseUrl, secrets, nowMs }, facts, reply, rateLimit);
}

/**
 * Sends a call, again where that may help, and resolves to the JSON of a success.
 * @throws ApiError for a 4xx or 5xx; AvalaError `network`, `timeout`, `redirect`, `bad_reply`; `cancelled` at once when
 * the session's or the call's signal aborts; InputError for a path part that can't be used
 */
export async function callApi(context: HttpContext, call: ApiCall): Promise<ApiReply> {
  const { clock, random, pace } = context;
  const emit = call.onEvent ?? context.emit;
  const attempt = (count: number, signal: AbortSignal): Promise<ApiReply> =>
    attemptCall(context, call, count, signal);
  return retry(attempt, {
    clock,
    random,
    signal: context.join(call.signal),
    what: call.what,
    maxTries: call.maxTries,
    deadlineMs: call.deadlineMs,
    onRetry: (again) => emit({ kind: "retry", ...again }),
    countWait: pace.countWait,
  });
}
