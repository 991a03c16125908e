// The transport of API calls, on axios. Knows nothing of Avala.
import * as http from "node:http";
import * as https from "node:https";
import { Readable } from "node:stream";
import axios, { type AxiosProxyConfig, type AxiosRequestConfig, type AxiosResponse } from "axios";
import { isAvalaError, type AvalaError } from "../../errors";
import { cancelled, startTimer } from "../../flow/clock";
import { decoded } from "./content-encoding";
import { createProxyFor, type ProxyFor } from "./proxy";
import { proxyRefusal, shownProxy } from "./proxy-errors";
import { openWithinBounds, withinBounds, type Watched } from "./request-bounds";
import type { HttpRequest, HttpResponse, HttpStream, ProxySettings, Transport } from "./transport";
import { tooLarge, transportError } from "./transport-errors";

interface AxiosTransportOptions {
  readonly proxy?: ProxySettings | undefined;
}

function proxyConfig(proxy: URL | undefined): AxiosProxyConfig | false {
  if (proxy === undefined) return false;
  const port = proxy.port === "" ? { "https:": 443 }[proxy.protocol] : Number(proxy.port);
  return {
    protocol: proxy.protocol,
    host: proxy.hostname,
    port: port ?? 80,
    ...(proxy.username === ""
      ? {}
      : {
          auth: {
            username: decodeURIComponent(proxy.username),
            password: decodeURIComponent(proxy.password),
          },
        }),
  };
}

function counting(request: HttpRequest, body: () => AsyncIterable<Uint8Array>): Readable {
  return Readable.from(
    (async function* count() {
      for await (const chunk of body()) {
        yield chunk;
        request.onBytesSent?.(chunk.length);
      }
    })(),
    { objectMode: false },
  );
}

function bodyOf(request: HttpRequest): Buffer | string | Readable | undefined {
  return typeof request.body === "function" ? counting(request, request.body) : request.body;
}

function headersOf({ headers }: AxiosResponse): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function errorOf(request: HttpRequest, error: unknown, proxy: URL | undefined): AvalaError {
  if (isAvalaError(error)) return error;
  if (request.signal?.aborted === true || axios.isCancel(error)) return cancelled("A request");
  const { host } = new URL(request.url);
  if (axios.isAxiosError(error)) {
    if (isAvalaError(error.cause)) return error.cause;
    // Of axios's two bad responses, the one that was cut short has a response, the one that was too large has none.
    const isTooLarge = error.code === "ERR_BAD_RESPONSE" && error.response === undefined;
    if (isTooLarge) return tooLarge(host, request.maxReplyBytes);
  }
  return transportError({ host, proxy: shownProxy(proxy) }, error);
}

type Client = ReturnType<typeof axios.create>;

function configOf(
  request: HttpRequest,
  watched: Watched,
  proxy: URL | undefined,
): AxiosRequestConfig {
  const { headers, contentLength } = request;
  const onBytesSent = (bytes: number): void => {
    watched.onBodySent();
    request.onBytesSent?.(bytes);
  };
  const length = contentLength === undefined ? {} : { "Content-Length": String(contentLength) };
  return {
    method: request.method,
    url: request.url,
    headers: { ...headers, ...length },
    data: bodyOf({ ...request, onBytesSent }),
    timeout: request.idleTimeoutMs,
    proxy: proxyConfig(proxy),
    signal: watched.signal,
    transport: listeningClient(request, watched, proxy),
  };
}

interface NodeClient {
  readonly request: (
    options: http.RequestOptions,
    callback: (reply: http.IncomingMessage) => void,
  ) => http.ClientRequest;
}

/**
 * Node's own client. It reports what axios does not listen for: a reply before the reply, and a 101, for which Node closes
 * the connection and says nothing more. For its own client axios sets no timer for what comes before the headers.
 */
function listeningClient(
  { url, idleTimeoutMs: idleMs }: HttpRequest,
  { onInformation, onUpgrade, refuse }: Watched,
  proxy: URL | undefined,
): NodeClient {
  const way = { host: new URL(url).host, proxy: shownProxy(proxy) };
  return {
    request: (options, callback) => {
      const { request } = options.protocol === "https:" ? https : http;
      const made = request(options, callback);
      const stopTimer = startTimer(idleMs, () => {
        made.destroy(Object.assign(new Error("no reply"), { code: "ETIMEDOUT" }));
      });
      // Where the proxy can't be connected to, an error is all that comes.
      for (const event of ["response", "error", "close"]) made.once(event, stopTimer);
      made.once("response", (reply) => {
        if (proxy !== undefined && isOfProxy(reply, url))
          refuse(proxyRefusal(way, reply.statusCode ?? 0));
      });
      made.on("information", onInformation);
      made.on("upgrade", (_reply, socket) => {
        socket.destroy();
        onUpgrade();
      });
      return made;
    },
  };
}

/**
 * Whether the proxy answers for itself. What it says to CONNECT the agent that axios has hands on as if it was the server's
 * reply, on a socket without encryption (https-proxy-agent 5).
 */
function isOfProxy({ socket, statusCode }: http.IncomingMessage, url: string): boolean {
  const isEncrypted = "encrypted" in socket && socket.encrypted === true;
  return statusCode === 407 || (url.startsWith("https:") && !isEncrypted);
}

async function send(
  client: Client,
  proxyFor: ProxyFor,
  request: HttpRequest,
): Promise<HttpResponse> {
  const proxy = proxyFor(new URL(request.url));
  return withinBounds(request, async (watched) => {
    try {
      const reply = await client.request<Buffer>({
        ...configOf(request, watched, proxy),
        responseType: "arraybuffer",
        maxContentLength: request.maxReplyBytes,
      });
      return { status: reply.status, headers: headersOf(reply), body: reply.data };
    } catch (error) {
      throw errorOf(request, error, proxy);
    }
  });
}

async function* readAll(
  request: HttpRequest,
  body: Readable,
  proxy: URL | undefined,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (error) {
    throw errorOf(request, error, proxy);
  }
}

async function open(client: Client, proxyFor: ProxyFor, request: HttpRequest): Promise<HttpStream> {
  const proxy = proxyFor(new URL(request.url));
  return openWithinBounds(request, async (watched) => {
    try {
      const reply = await client.request<Readable>({
        ...configOf(request, watched, proxy),
        responseType: "stream",
        // By us, and the length that no longer fits goes with it.
        decompress: false,
      });
      const socketRequest = reply.request as http.ClientRequest;
      // axios itself stops looking when the headers are there.
      socketRequest.setTimeout(request.idleTimeoutMs, () => {
        reply.data.destroy(Object.assign(new Error("no progress"), { code: "ETIMEDOUT" }));
      });
      const body = readAll(request, reply.data, proxy);
      return decoded({ status: reply.status, headers: headersOf(reply), body });
    } catch (error) {
      throw errorOf(request, error, proxy);
    }
  });
}

/**
 * Connections are kept; a redirect is a reply; nothing is parsed and no status is judged.
 * @throws InputError for a proxy that is no URL
 */
export function createAxiosTransport(options: AxiosTransportOptions = {}): Transport {
  const proxyFor = createProxyFor(options.proxy);
  const httpAgent = new http.Agent({ keepAlive: true });
  const httpsAgent = new https.Agent({ keepAlive: true });
  const client = axios.create({
    httpAgent,
    httpsAgent,
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    validateStatus: null,
    transformRequest: [],
    transformResponse: [],
    transitional: { clarifyTimeoutError: true },
  });
  return {
    send: (request) => send(client, proxyFor, request),
    open: (request) => open(client, proxyFor, request),
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
