// A session with the API: its origin, its pace and its ports in one value that every function takes. Knows nothing of how
// one is made, nor of endpoints.
import type { RateLimit } from "../errors";
import type { Listener } from "../events";
import { isRecord } from "../json";
import { aFunction, aSignal, refuse, shapeOf } from "../shapes";
import type { Clock, Random } from "../flow/clock";
import type { Pace } from "../flow/rate/pace";
import { joinerWith } from "../flow/signals";
import type { Disk } from "../flow/disk/disk";
import type { ApiCall, ApiReply } from "./call";
import type { Elsewhere, OwnDownload } from "./own-download";
import type { Remembered } from "./remembered";
import type { Secrets } from "./secrets";
import type { HttpStream, Transport } from "./transport/transport";
import type { Unanswered } from "./transport/unanswered";

/** What a run does not make itself. Handing in all of them lets it be simulated. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  /** API calls. */
  readonly api: Transport;
  /** Bytes to and from storage. */
  readonly storage: Transport;
  readonly disk: Disk;
}

/** A session. It holds no key that could be read or printed. */
export interface Avala {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** @throws ApiError for an error reply, AvalaError `network`, `timeout`, `redirect`, `bad_reply`, `cancelled` */
  call(request: ApiCall): Promise<ApiReply>;
  /** A file on the API's own origin, with the key. One try. @throws as {@link openOwn} */
  openOwn(download: OwnDownload): Promise<HttpStream | Elsewhere>;
  readonly storage: Transport;
  readonly allowStorageHosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly signal?: AbortSignal | undefined;
  /** Ms since the epoch; nothing waits beyond it. */
  readonly deadlineMs?: number | undefined;
  /** Of each thing that is done by it. @default as many as each has */
  readonly maxTries?: number | undefined;
  readonly emit: Listener;
  readonly pace: Pace;
  readonly unanswered: Pick<Unanswered, "silence">;
  readonly secrets: Secrets;
  readonly remembered: Remembered;
  /** A key for one purpose, made of the API key, which it does not show: what is signed with it was written with that key. */
  keyFor(purpose: string): Buffer;
  /** Names that this session has locked, so that what it does under them does not wait for itself. */
  readonly holds?: ReadonlySet<string> | undefined;
  /** Ends what it sends or waits for, and closes kept connections. */
  close(): void;
}

/** Not what is in it: a session is made of another one by spreading. */
export const aSession = shapeOf<Avala>(
  "a session, as connect returns it",
  (value) => isRecord(value) && typeof value["call"] === "function",
);

/** What is known of the limit at this moment. */
export function limitNow({
  pace,
  clock,
}: Pick<Avala, "pace" | "clock">): (RateLimit & { readonly nowMs: number }) | undefined {
  const limits = pace.snapshot();
  return limits && { ...limits, nowMs: clock.now() };
}

/** The same session, also stopped by `signal`. */
export function withSignal(avala: Avala, signal: AbortSignal): Avala {
  refuse(aSession("avala", avala), aSignal("signal", signal));
  const join = joinerWith(signal);
  return {
    ...avala,
    signal: join(avala.signal),
    call: (request) => avala.call({ ...request, signal: join(request.signal) }),
    openOwn: (download) => avala.openOwn({ ...download, signal: join(download.signal) }),
  };
}

/** The same session with another listener. */
export function withListener(avala: Avala, listener: Listener): Avala {
  refuse(aSession("avala", avala), aFunction("listener", listener));
  return {
    ...avala,
    emit: listener,
    call: (request) => avala.call({ onEvent: listener, ...request }),
    openOwn: (request) => avala.openOwn({ onEvent: listener, ...request }),
  };
}

interface Limits extends Pick<ApiCall, "idleTimeoutMs"> {
  readonly deadlineMs: number;
  readonly maxTries?: number;
}

/** The same session, of which no call waits or is tried again beyond these limits. */
export function withLimits(avala: Avala, { deadlineMs, maxTries, idleTimeoutMs }: Limits): Avala {
  const within = withDeadline(avala, deadlineMs);
  if (maxTries === undefined) return within;
  return {
    ...within,
    maxTries,
    call: (request) => within.call({ maxTries, idleTimeoutMs, ...request }),
  };
}

/** The same session, of which nothing waits beyond `deadlineMs`, nor beyond a deadline that it has already. */
export function withDeadline(avala: Avala, given: number | undefined): Avala {
  if (given === undefined) return avala;
  const deadlineMs = Math.min(given, avala.deadlineMs ?? Number.POSITIVE_INFINITY);
  return {
    ...avala,
    deadlineMs,
    call: (request) => avala.call({ deadlineMs, ...request }),
    openOwn: (request) => avala.openOwn({ deadlineMs, ...request }),
  };
}

/** The same session without its deadline: for what has one of its own. */
export function withoutDeadline(avala: Avala): Avala {
  if (avala.deadlineMs === undefined) return avala;
  const deadlineMs = undefined;
  return {
    ...avala,
    deadlineMs,
    call: (request) => avala.call({ deadlineMs, ...request }),
    openOwn: (request) => avala.openOwn({ deadlineMs, ...request }),
  };
}
