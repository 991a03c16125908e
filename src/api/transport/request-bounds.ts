// How long a request may take, from its start to the end of its reply, whatever the other side sends meanwhile: replies
// before the reply (102, 103), headers and bodies that trickle. Knows nothing of a network library.
import type { AvalaError } from "../../errors";
import { startTimer, systemClock } from "../../flow/clock";
import type { HttpRequest, HttpStream } from "./transport";
import { notAReply, tooSlow } from "./transport-errors";

type Bounds = Pick<HttpRequest, "idleTimeoutMs" | "contentLength" | "body">;

// What makes progress byte by byte would hold a run for years.
const maxIdleTimes = 5;
/** Below 1 kB/s nothing is sent or fetched in a time that a run has. */
const minBytesPerMs = 1;
/** Of these (1xx) an honest server sends one or two. */
const maxInformationalReplies = 100;

/** How long a small reply may take as a whole, in ms. */
function maxReplyMs({ idleTimeoutMs }: Pick<Bounds, "idleTimeoutMs">): number {
  return maxIdleTimes * idleTimeoutMs;
}

function bodyBytes({ body, contentLength }: Bounds): number {
  if (contentLength !== undefined) return contentLength;
  return typeof body === "string" || Buffer.isBuffer(body) ? body.length : 0;
}

export interface Patience {
  /** Bytes of the request's own body have gone out. What comes in is never progress. */
  sent(): void;
  /** One more reply before the reply; returns whether there were too many. */
  hasTooManyReplies(): boolean;
  end(): void;
}

/**
 * Calls `giveUp` when no byte of the body goes out, and no whole reply comes, for {@link maxReplyMs}; and when all of
 * it takes longer than that and a link of 1 kB/s.
 */
export function startPatience(request: Bounds, giveUp: () => void): Patience {
  const replyMs = maxReplyMs(request);
  const wholeMs = replyMs + bodyBytes(request) / minBytesPerMs;
  const startedMs = systemClock.now();
  // The whole ends no sooner, so until then one time is for both.
  let dueMs = startedMs + replyMs;
  const wait = (): (() => void) =>
    startTimer(dueMs - systemClock.now(), () => {
      if (systemClock.now() < dueMs) stop = wait();
      else giveUp();
    });
  let stop = wait();
  let replies = 0;
  return {
    // A timer that is set again for each chunk takes as long as all else that a chunk takes.
    sent: () => {
      dueMs = Math.min(systemClock.now() + replyMs, startedMs + wholeMs);
    },
    hasTooManyReplies: () => (replies += 1) > maxInformationalReplies,
    end: () => stop(),
  };
}

/** How a request that is opened is stopped, and what it has to report. */
interface Watched {
  /** The request's own signal, and the bounds'. */
  readonly signal: AbortSignal;
  /** A reply before the reply has come (1xx). */
  readonly onInformation: () => void;
}

/**
 * Runs `open` within the request's bounds up to the headers; then the body is bounded by its pace.
 * @throws AvalaError `timeout`, `bad_reply`; what `open` throws
 */
export async function openWithinBounds(
  request: HttpRequest,
  open: (watched: Watched) => Promise<HttpStream>,
): Promise<HttpStream> {
  const { host } = new URL(request.url);
  const stop = new AbortController();
  let failure: AvalaError | undefined;
  const fail = (error: AvalaError): void => {
    failure ??= error;
    stop.abort(error);
  };
  const patience = startPatience(request, () => fail(tooSlow(host)));
  const own = request.signal;
  try {
    const stream = await open({
      signal: own === undefined ? stop.signal : AbortSignal.any([own, stop.signal]),
      onInformation: () => {
        if (patience.hasTooManyReplies()) fail(notAReply(host, "endless 1xx responses"));
      },
    });
    return { ...stream, body: inGoodTime(request, stream.body) };
  } catch (error) {
    throw failure !== undefined && own?.aborted !== true ? failure : error;
  } finally {
    patience.end();
  }
}

/**
 * The chunks of a large reply, as long as they come at 1 kB/s on average over {@link maxReplyMs} of waiting. What the
 * reader takes to use a chunk does not count.
 * @throws AvalaError `timeout`
 */
async function* inGoodTime(
  request: Pick<HttpRequest, "idleTimeoutMs" | "url">,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let askedMs = systemClock.now();
  let waitedMs = 0;
  let bytes = 0;
  for await (const chunk of chunks) {
    waitedMs += systemClock.now() - askedMs;
    bytes += chunk.length;
    if (waitedMs > maxReplyMs(request)) {
      if (bytes < waitedMs * minBytesPerMs) throw tooSlow(new URL(request.url).host);
      waitedMs = 0;
      bytes = 0;
    }
    yield chunk;
    askedMs = systemClock.now();
  }
}
