// The transport of bytes to and from storage, on undici; the one of API calls sends by it, too. Knows nothing of Avala.
import { MAX_CONCURRENCY, STORE_READS_AT_ONCE } from "../limits";
import type { Dispatcher } from "undici";
import { isAvalaError, type AvalaError } from "../../errors";
import { cancelled } from "../../flow/clock";
import { createConnector, type Connector } from "./connector";
import { decoded } from "./content-encoding";
import { headerValues } from "./header-values";
import { createProxyFor } from "./proxy/proxy";
import { createProxyAgent } from "./proxy/proxy-agent";
import { shownProxy } from "./proxy/proxy-errors";
import { ReplyHandler } from "./reply-handler";
import { openWithinBounds } from "./request-bounds";
import type { HttpRequest, HttpResponse, HttpStream, ProxySettings, Transport } from "./transport";
import { tooEarly, transportError } from "./transport-errors";
import { undiciParts } from "./undici-parts";

interface StorageTransportOptions {
  readonly proxy?: ProxySettings | undefined;
  /**
   * To one host at most; `null`: as many as there are requests. @default what an upload sends at once, and for what is
   * opened what is read at once
   */
  readonly connections?: number | null | undefined;
}

const AGENT_OPTIONS = {
  // A connection that the server closes just as we use it costs a retry: give it up before common servers do (5 s).
  keepAliveTimeout: 4000,
} as const;

/** `https://host:port` and the rest, without a URL parser: what comes here was parsed and serialized before. */
function split(whole: string): { readonly origin: string; readonly path: string } {
  // A fragment is never sent (RFC 9110, 7.1).
  const [url = ""] = whole.split("#", 1);
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  if (slash < 0) return { origin: url, path: "/" };
  return { origin: url.slice(0, slash), path: url.slice(slash) };
}

type Pieces = () => AsyncIterable<Uint8Array>;

interface Counters {
  /** As the library is given them, a little before the connection has taken them. */
  readonly onGiven: (bytes: number) => void;
  readonly onSent: (bytes: number) => void;
}

async function* counting(
  pieces: Pieces,
  { onGiven, onSent }: Counters,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of pieces()) {
    onGiven(chunk.length);
    yield chunk;
    // The connection has taken it: it asks for the next one only then.
    onSent(chunk.length);
  }
}

// The library takes a write for progress when the connection has taken all of it: with two minutes of patience a link of
// 2.2 kB/s makes some. What is no larger, as the form of a small file, is one write.
const SLICE_BYTES = 256 * 1024;

/** A large buffer as pieces of itself, so that a link makes progress while it is sent, and a caller sees it. */
async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
    yield bytes.subarray(from, from + SLICE_BYTES);
  }
}

/** A body that goes in pieces. */
function piecesOf({ body }: HttpRequest): Pieces | undefined {
  if (typeof body === "function") return body;
  return typeof body === "object" && body.length > SLICE_BYTES ? () => slices(body) : undefined;
}

function lengthOf({ body, contentLength = 0 }: HttpRequest): number {
  return typeof body === "object" ? body.length : contentLength;
}

/** A presigned PUT may name the length among the headers that it signs. */
function withLength({ headers }: HttpRequest, bytes: number): Record<string, string> {
  const isThere = Object.keys(headers).some((name) => name.toLowerCase() === "content-length");
  return isThere ? headers : { "content-length": String(bytes), ...headers };
}

type Options = Dispatcher.DispatchOptions & { readonly origin: string };

function optionsOf(request: HttpRequest): Options {
  const { method, headers, body, idleTimeoutMs } = request;
  const { origin, path } = split(request.url);
  const timeouts = { headersTimeout: idleTimeoutMs, bodyTimeout: idleTimeoutMs };
  return { origin, path, method, headers, body: body as Buffer, ...timeouts };
}

function createAgent(
  proxy: string | undefined,
  connections: number | null,
  { connect }: Connector,
): Dispatcher {
  const options = { ...AGENT_OPTIONS, connections };
  return proxy === undefined
    ? new (undiciParts().Agent)({ ...options, connect })
    : createProxyAgent(proxy, options, connect);
}

interface Agents {
  readonly for: (origin: string) => Dispatcher;
  /** The proxy on the way to a URL, as it may be shown. */
  readonly proxyOf: (url: string) => string | undefined;
  readonly close: () => void;
}

/** One agent for what is reached directly, and one for each proxy, made when the first bytes go there. */
function createAgents({
  proxy: settings,
  connections = MAX_CONCURRENCY,
}: StorageTransportOptions): Agents {
  const proxyFor = createProxyFor(settings);
  const connector = createConnector();
  const byProxy = new Map<string, Dispatcher>();
  const byOrigin = new Map<string, Dispatcher>();
  const choose = (origin: string): Dispatcher => {
    const proxy = proxyFor(new URL(origin))?.href;
    const agent = byProxy.get(proxy ?? "") ?? createAgent(proxy, connections, connector);
    byProxy.set(proxy ?? "", agent);
    return agent;
  };
  return {
    for: (origin) => {
      const agent = byOrigin.get(origin) ?? choose(origin);
      byOrigin.set(origin, agent);
      return agent;
    },
    proxyOf: (url) => shownProxy(proxyFor(new URL(url))),
    close: () => {
      for (const agent of byProxy.values()) void agent.destroy().catch(() => undefined);
      connector.close();
    },
  };
}

interface Outcome {
  readonly resolve: (reply: HttpResponse) => void;
  readonly reject: (error: unknown) => void;
}

/** One small reply. What goes in one piece, as the form of a small file, needs nothing around it. */
function send(agents: Agents, request: HttpRequest, { resolve, reject }: Outcome): void {
  const pieces = piecesOf(request);
  const dispatch = optionsOf(request);
  const { origin } = dispatch;
  if (pieces === undefined) {
    const handler = new ReplyHandler(request, resolve, reject, agents.proxyOf);
    if (!handler.isOver) agents.for(origin).dispatch(dispatch, handler);
    return;
  }
  const bytes = lengthOf(request);
  let bytesLeft = bytes;
  // What was not sent can't be there, whatever the reply says.
  const settle = (reply: HttpResponse): void => {
    const isEarly = bytesLeft > 0 && reply.status >= 200 && reply.status < 300;
    if (isEarly) reject(tooEarly(new URL(request.url).host));
    else resolve(reply);
  };
  const handler = new ReplyHandler(request, settle, reject, agents.proxyOf);
  if (handler.isOver) return;
  const onGiven = (count: number): void => {
    bytesLeft -= count;
  };
  const onSent = (count: number): void => {
    handler.onBodySent();
    request.onBytesSent?.(count);
  };
  const headers = withLength(request, bytes);
  const body = counting(pieces, { onGiven, onSent }) as never;
  agents.for(origin).dispatch({ ...dispatch, headers, body }, handler);
}

function open(agents: Agents, request: HttpRequest): Promise<HttpStream> {
  return openWithinBounds(request, async ({ signal, onInformation }) => {
    const options = optionsOf(request);
    const proxy = agents.proxyOf(options.origin);
    try {
      const to = { ...options, signal, onInfo: onInformation };
      const reply = await agents.for(options.origin).request(to);
      const headers = headerValues(reply.headers);
      const body = readAll(request, reply.body, proxy);
      return decoded({ status: reply.statusCode, headers, body });
    } catch (error) {
      throw errorOf(request, error, proxy);
    }
  });
}

/** Connections are kept; a redirect is a reply; no status is judged. @throws InputError for a proxy that is not a URL */
export function createStorageTransport(options: StorageTransportOptions = {}): Transport {
  const senders = createAgents(options);
  const readers = createAgents({ connections: STORE_READS_AT_ONCE, ...options });
  return {
    send: (request) =>
      new Promise((resolve, reject) => send(senders, request, { resolve, reject })),
    open: (request) => open(readers, request),
    close: () => {
      senders.close();
      readers.close();
    },
  };
}

function errorOf(request: HttpRequest, error: unknown, proxy: string | undefined): AvalaError {
  if (isAvalaError(error)) return error;
  if (request.signal?.aborted === true) return cancelled("A request");
  return transportError({ host: new URL(request.url).host, proxy }, error);
}

async function* readAll(
  request: HttpRequest,
  body: AsyncIterable<Buffer>,
  proxy: string | undefined,
): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw errorOf(request, error, proxy);
  }
}
