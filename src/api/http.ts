// One call to the API: key, pace, tries, and every response that is not a success turned into an error.
// Knows nothing of endpoints and their shapes.
import type { AvalaEvent, Listener } from "../events";
import type { Clock, Random } from "../flow/clock";
import type { Pace } from "../flow/rate/pace";
import { MAX_SERVER_WAIT_MS, retry } from "../flow/retry";
import type { ApiCall, ApiReply } from "./call";
import { classifyReply, lostReplyError, retryAfterOf } from "./reply/classify-reply";
import { readRateLimit, readRequestId } from "./reply/reply-headers";
import { encodePath, encodeQuery, resolveNext } from "./route";
import type { Secrets } from "./secrets";
import type { HttpRequest, HttpResponse, Transport } from "./transport/transport";

export interface HttpContext {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly userAgent: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly pace: Pace;
  readonly secrets: Secrets;
  readonly emit: Listener;
  /** The session's own signal joined with a call's. */
  readonly join: (given: AbortSignal | undefined) => AbortSignal | undefined;
}

const IDLE_TIMEOUT_MS = 60_000;
// The longest wait that a burst of requests a second can draw, in whole seconds rounded up.
const BURST_WAIT_MS = 2000;
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
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  };
}

function report(
  context: HttpContext,
  call: ApiCall,
  startedMs: number,
  reply?: { readonly status: number; readonly requestId: string | undefined },
): void {
  const event: AvalaEvent = {
    kind: "request",
    method: call.method,
    route: call.route,
    durationMs: context.clock.now() - startedMs,
    ...(reply && { status: reply.status }),
    ...(reply?.requestId !== undefined && { requestId: reply.requestId }),
  };
  (call.onEvent ?? context.emit)(event);
}

function leftUntil(untilMs: number, nowMs: number): { readonly waitMs?: number } {
  return untilMs === Number.POSITIVE_INFINITY ? {} : { waitMs: Math.max(0, untilMs - nowMs) };
}

async function attemptCall(
  context: HttpContext,
  call: ApiCall,
  request: HttpRequest,
  attempt: number,
): Promise<ApiReply> {
  const { clock, pace, baseUrl, secrets } = context;
  const { what, deadlineMs, onEvent = context.emit } = call;
  const onWait = (untilMs: number): void =>
    onEvent({ kind: "limit-wait", what, ...leftUntil(untilMs, clock.now()) });
  const permit = await pace.acquire(request.signal, deadlineMs, onWait);
  const startedMs = clock.now();
  let reply: HttpResponse;
  try {
    reply = await context.transport.send(request);
  } catch (error) {
    permit.done();
    report(context, call, startedMs);
    throw lostReplyError(secrets, { call, attempt, requestId: undefined }, error);
  }
  const nowMs = clock.now();
  const rateLimit = readRateLimit(reply.headers, nowMs);
  const throttledMs = reply.status === 429 ? (retryAfterOf(reply, nowMs) ?? 0) : 0;
  // All wait as the server asked one to, since the others would be refused as well. A long wait while there is budget left is
  // no rate limit but one of the call's own, as that of five exports at once: then the others go on.
  const isOfAll =
    rateLimit === undefined || rateLimit.remaining === 0 || throttledMs <= BURST_WAIT_MS;
  // Beyond what a run waits for, this call fails at once, and the others must not hang instead.
  const isBearable = throttledMs <= MAX_SERVER_WAIT_MS;
  if (reply.status === 429 && isOfAll && isBearable) permit.refuse(rateLimit, nowMs + throttledMs);
  else permit.done(rateLimit);
  const requestId = readRequestId(reply.headers, secrets);
  report(context, call, startedMs, { status: reply.status, requestId });
  const facts = { call, attempt, requestId };
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
    attemptCall(context, call, requestOf(context, call, signal), count);
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
