// A call to the API and its reply, as values. Knows nothing of sending.
import type { RateLimit } from "../errors";
import type { Listener } from "../events";
import type { Query } from "./route";

export interface ApiCall {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Method and template, for messages and events: `GET /datasets/{owner}/{slug}/`. */
  readonly route: string;
  /** The path's parts under the base URL; each is checked and percent-encoded. */
  readonly path: readonly string[];
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * `safe`: may be done twice. `ambiguous`: creates something, so after a 5xx, a timeout or a lost connection it is not
   * tried again, and the error says `ambiguous` (contract, "Errors").
   */
  readonly repeat: "safe" | "ambiguous";
  /** What is being done, for messages: `create dataset training`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Hears this call's events in place of the session's listener. */
  readonly onEvent?: Listener | undefined;
  /** A `next` link in place of `path` and `query`: absolute or relative, of the base URL's own origin. */
  readonly url?: string | undefined;
  /** 1 for a call that its caller tries again as a whole. @default 8 */
  readonly maxTries?: number | undefined;
  /** The longest time without progress, if that is less than a minute. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ms since the epoch; it does not wait beyond it, neither for the pace nor before another try. @default never */
  readonly deadlineMs?: number | undefined;
  /** Its 429 holds the other calls where it asks for no longer than this. @default as long as a run waits */
  readonly maxHoldMs?: number | undefined;
}

export interface ApiReply {
  readonly status: number;
  /** `undefined` for a reply without a body. */
  readonly json: unknown;
  readonly rateLimit?: RateLimit | undefined;
  readonly requestId?: string | undefined;
}
