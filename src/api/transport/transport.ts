// The port to the network: one request, one reply. Whole runs are simulated behind it.
// Knows nothing of Avala, keys, tries or rates.

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A function is called once, when the request is sent. */
  readonly body?: Buffer | string | (() => AsyncIterable<Uint8Array>) | undefined;
  /** Bytes of `body`; must be given for a function. */
  readonly contentLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The longest time without progress, either way. The whole is bounded by it too (request-bounds.ts). */
  readonly idleTimeoutMs: number;
  /** A larger reply is the error `bad_reply`. Not for streams. */
  readonly maxReplyBytes: number;
  /** Called as the connection takes the chunks of a body; not for one that goes in one piece. */
  readonly onBytesSent?: ((bytes: number) => void) | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpStream {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Breaking off its iteration closes the connection. */
  readonly body: AsyncIterable<Buffer>;
}

/**
 * Sends one request and resolves to whatever status came; a redirect is a reply like any other and is never followed.
 * Rejects with AvalaError `network`, `timeout` (both `retryable`; `ambiguous` unless nothing can have been sent),
 * `bad_reply` (too large, or a success before all of a large body was sent) or `cancelled`. What the body's own iteration throws comes through as it is.
 * Messages contain only the host, never a URL.
 */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  open(request: HttpRequest): Promise<HttpStream>;
  /** Closes kept connections. */
  close(): void;
}

/** Proxies, as the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say them. */
export interface ProxySettings {
  /** For plain http. */
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  /** Hosts that are reached directly: `a.com,.b.com:8080,*`. */
  readonly noProxy?: string | undefined;
}
