// One request to the API: its place in the pace, what the reply says of the limit, and the event of it. All that takes the
// key goes this way, or a refusal of one would not hold the others. Knows nothing of tries, and does not judge the reply.
import type { RateLimit } from "../errors";
import type { AvalaEvent, Listener } from "../events";
import { repeatEvery, type Clock, type Random } from "../flow/clock";
import { ifLate, pastDeadline } from "../flow/deadline";
import type { Pace } from "../flow/rate/pace";
import { MAX_SERVER_WAIT_MS } from "../flow/retry";
import type { ApiCall } from "./call";
import { lostReplyError, retryAfterOf, type CallFacts } from "./reply/classify-reply";
import { readRateLimit, readRequestId } from "./reply/reply-headers";
import type { Secrets } from "./secrets";
import type { HttpRequest, HttpResponse, Transport } from "./transport/transport";
import { SILENT_MS } from "./transport/unanswered";

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

type ReplyHead = Pick<HttpResponse, "status" | "headers">;

interface Replied<Reply> {
  readonly reply: Reply;
  readonly nowMs: number;
  readonly rateLimit: RateLimit | undefined;
  readonly facts: CallFacts;
}

const SAY_EVERY_MS = 5_000;
// The longest wait that a burst of requests a second can draw, in whole seconds rounded up.
const BURST_WAIT_MS = 2000;

interface ReplyFacts {
  readonly status: number;
  readonly requestId: string | undefined;
}

function report(context: HttpContext, call: ApiCall, startedMs: number, facts?: ReplyFacts): void {
  const event: AvalaEvent = {
    kind: "request",
    method: call.method,
    route: call.route,
    durationMs: context.clock.now() - startedMs,
    ...(facts && { status: facts.status }),
    ...(facts?.requestId !== undefined && { requestId: facts.requestId }),
  };
  (call.onEvent ?? context.emit)(event);
}

function leftUntil(untilMs: number, nowMs: number): { readonly waitMs?: number } {
  return untilMs === Number.POSITIVE_INFINITY ? {} : { waitMs: Math.max(0, untilMs - nowMs) };
}

/**
 * Until when a 429 holds all calls: they wait as the server asked one to, since they would be refused as well. A long wait
 * while there is budget left is no rate limit but one of the call's own, as that of five exports at once: then the others go
 * on. Beyond what a run waits for, the call fails at once, and the others must not hang instead.
 */
function heldUntilMs(
  { status, headers }: ReplyHead,
  rateLimit: RateLimit | undefined,
  nowMs: number,
  { maxHoldMs = MAX_SERVER_WAIT_MS }: ApiCall,
): number | undefined {
  if (status !== 429) return undefined;
  const waitMs = retryAfterOf({ headers }, nowMs) ?? 0;
  const isOfAll = rateLimit === undefined || rateLimit.remaining === 0 || waitMs <= BURST_WAIT_MS;
  return isOfAll && waitMs <= maxHoldMs ? nowMs + waitMs : undefined;
}

interface Try {
  readonly call: ApiCall;
  readonly attempt: number;
  readonly request: HttpRequest;
}

/** The same; says every five seconds how long there has been none. */
function sayingWait<Reply>(
  { clock, emit }: HttpContext,
  { call, request: { idleTimeoutMs } }: Pick<Try, "call" | "request">,
  reply: Promise<Reply>,
): Promise<Reply> {
  const { what, onEvent = emit } = call;
  const startedMs = clock.now();
  const say = (): void => {
    const ms = clock.now() - startedMs;
    if (ms < SILENT_MS) return;
    const secondsLeft = Math.max(0, (idleTimeoutMs - ms) / 1000);
    onEvent({ kind: "response-wait", what, seconds: ms / 1000, secondsLeft });
  };
  return reply.finally(repeatEvery(SAY_EVERY_MS, say));
}

/**
 * Sends one try in its turn, and resolves to whatever status came.
 * @throws AvalaError `network`, `timeout`, `bad_reply`; `cancelled` at once when the request's signal aborts
 */
export async function sendPaced<Reply extends ReplyHead>(
  context: HttpContext,
  { call, attempt, request }: Try,
  send: (request: HttpRequest) => Promise<Reply>,
): Promise<Replied<Reply>> {
  const { clock, pace, secrets } = context;
  const { what, deadlineMs, onEvent = context.emit } = call;
  const onWait = (untilMs: number): void =>
    onEvent({ kind: "limit-wait", what, ...leftUntil(untilMs, clock.now()) });
  const permit = await pace.acquire(request.signal, deadlineMs, onWait).catch(
    ifLate((): never => {
      throw pastDeadline(`Waiting for the rate limit to ${what}`, undefined, deadlineMs);
    }),
  );
  const startedMs = clock.now();
  let reply: Reply;
  try {
    reply = await sayingWait(context, { call, request }, send(request));
  } catch (error) {
    permit.done();
    report(context, call, startedMs);
    throw lostReplyError(secrets, { call, attempt, requestId: undefined }, error);
  }
  const nowMs = clock.now();
  const rateLimit = readRateLimit(reply.headers, nowMs);
  const untilMs = heldUntilMs(reply, rateLimit, nowMs, call);
  if (untilMs === undefined) permit.done(rateLimit);
  else permit.refuse(rateLimit, untilMs);
  const requestId = readRequestId(reply.headers, secrets);
  report(context, call, startedMs, { status: reply.status, requestId });
  return { reply, nowMs, rateLimit, facts: { call, attempt, requestId } };
}
