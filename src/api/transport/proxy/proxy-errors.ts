// What a proxy on the way says or fails at, as one of our errors: it is not the server's answer. Shows the proxy's host and
// port, never its credentials. Knows the words of undici, and nothing of how a proxy is chosen.
import { AvalaError, messageOf } from "../../../errors";
import { causeChain } from "../cause-chain";

/** The host that a request is for, and the proxy on the way to it. */
export interface Way {
  readonly host: string;
  /** As `host:port`. @default none, or not known */
  readonly proxy?: string | undefined;
}

/** The proxy as it may be shown: a URL's host has no user and no password. */
export function shownProxy(proxy: URL | undefined): string | undefined {
  return proxy?.host;
}

// Of these the next try may go better. A 407 or 403 stays, as does a 404 of what is not a proxy.
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 521, 522, 523, 524]);

/** The error of a proxy that answers for itself, to CONNECT as a rule. Nothing of the request has gone further. */
export function proxyRefusal({ host, proxy }: Way, status: number): AvalaError {
  const what = proxy === undefined ? "the proxy" : `the proxy ${proxy}`;
  return new AvalaError(
    "network",
    `${what} did not connect to ${host} (${status}${wordsOf(status)})`,
    {
      retryable: PASSING.has(status),
      ambiguous: false,
      hint: hintOf(status, host),
    },
  );
}

function wordsOf(status: number): string {
  if (status === 407) return ", it requires a user and a password that it knows";
  return status === 403 ? ", it does not allow this host" : "";
}

function hintOf(status: number, host: string): string {
  if (status === 407)
    return "Check the user and the password in the proxy's URL, or put them there: HTTPS_PROXY=http://user:password@host:port, percent-encoded, from a secret.";
  const way = `or add ${host} to NO_PROXY if it can be reached directly.`;
  return PASSING.has(status)
    ? `The proxy could not reach ${host}: run again later, ask whoever runs the proxy, ${way}`
    : `Ask whoever runs the proxy to allow CONNECT to ${host}, ${way}`;
}

// undici's words (lib/dispatcher/proxy-agent.js): it has no code of its own for them.
const REFUSED = /^Proxy (?:response|Authentication Required) \((\d{3})\)/;

/** The status by which a proxy refused, where a library's error says so. */
export function proxyStatusOf(error: unknown): number | undefined {
  for (const at of causeChain(error)) {
    const status = REFUSED.exec(messageOf(at))?.[1];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}
