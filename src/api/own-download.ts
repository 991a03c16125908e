// A file on the API's own origin, as a stream: the one download that takes the key (contract, "Exports"). One try; its
// caller tries again. Knows no endpoint.
import { AvalaError } from "../errors";
import type { Listener } from "../events";
import type { ApiCall } from "./call";
import { sendPaced, type HttpContext } from "./paced-request";
import { classifyReply, lostReplyError } from "./reply/classify-reply";
import { atOwnHost, isOfServer } from "./server-names";
import { MAX_REPLY_BYTES, readSome } from "./transport/small-reply";
import type { HttpRequest, HttpStream } from "./transport/transport";

export interface OwnDownload {
  /** Of the base URL's own origin, as {@link ownUrl} returns it. */
  readonly url: string;
  /** What is being done, for messages: `fetch the file from api.avala.ai`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Hears its events in place of the session's listener. */
  readonly onEvent?: Listener | undefined;
  /** Ms since the epoch; it does not wait for the pace beyond it. @default never */
  readonly deadlineMs?: number | undefined;
}

// No endpoint of ours: the server named it.
const ROUTE = "GET download_url";
const IDLE_TIMEOUT_MS = 120_000;
/**
 * The URL at the base URL's own host, where it is of its origin by any of the server's names; also one without an origin,
 * which is meant to be.
 */
export function ownUrl(baseUrl: string, text: string): string | undefined {
  const { origin } = new URL(baseUrl);
  const isPath = /^\/(?![/\\])/.test(text);
  if (!isPath && !URL.canParse(text)) return undefined;
  return atOwnHost(baseUrl, new URL(text, origin))?.href;
}

/** The server redirects to another origin: what goes there takes no key, and is for the caller to judge. */
export interface Elsewhere {
  readonly elsewhere: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where a redirect leads, if that is another origin: one to the API itself is an error, as everywhere. */
function elsewhereOf({ status, headers }: HttpStream, url: string): string | undefined {
  const { location = "" } = headers;
  if (!REDIRECTS.has(status) || !URL.canParse(location, url)) return undefined;
  const to = new URL(location, url);
  return isOfServer(url, to) ? undefined : to.href;
}

/**
 * Opens it with the key, and follows nothing.
 * @throws ApiError for a 4xx or 5xx; AvalaError `network`, `timeout`, `redirect`, `cancelled`
 */
export async function openOwn(
  context: HttpContext,
  download: OwnDownload,
): Promise<HttpStream | Elsewhere> {
  const { secrets, baseUrl, apiKey, userAgent } = context;
  // The last line of defence for the key, whoever calls.
  const url = ownUrl(baseUrl, download.url);
  if (url === undefined) {
    throw new AvalaError(
      "storage_host",
      "The download URL is on another origin than the API; the key was not sent.",
    );
  }
  const { signal: given, ...said } = download;
  const signal = context.join(given);
  const call: ApiCall = { ...said, method: "GET", route: ROUTE, path: [], repeat: "safe" };
  const request: HttpRequest = {
    method: "GET",
    url,
    headers: { "X-Avala-Api-Key": apiKey, "User-Agent": userAgent },
    signal,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  };
  const { reply, nowMs, facts } = await sendPaced(context, { call, attempt: 1, request }, (one) =>
    context.transport.open(one),
  );
  if (reply.status === 200) return reply;
  const fail = (error: unknown): never => {
    throw lostReplyError(secrets, facts, error);
  };
  const body = await readSome(reply.body).catch(fail);
  const elsewhere = elsewhereOf(reply, url);
  if (elsewhere !== undefined) return { elsewhere };
  const { status, headers } = reply;
  classifyReply({ baseUrl, secrets, nowMs }, facts, { status, headers, body });
  // Another success than a file.
  return fail(new AvalaError("bad_reply", `the server responded ${status} without a file`));
}
