// The agent that reaches hosts by a proxy's CONNECT. Fills in what the library leaves out: a bound for the proxy's answer,
// an end where the proxy closes instead of answering, and the forms of credentials. Does not know who needs a proxy.
import type { buildConnector, Dispatcher, Pool } from "undici";
import { messageOf } from "../../../errors";
import { undiciParts } from "../undici-parts";

// A proxy answers when it has connected, and gives that up itself after a minute (Squid, `connect_timeout`).
const maxConnectMs = 60_000;

/** A `%` that begins no escape stands for itself, as curl takes it. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The library sends nothing for a user without a password, and throws for a `%` on its own. */
function credentialsOf({ username, password }: URL): { readonly token?: string } {
  if (username === "" && password === "") return {};
  const pair = Buffer.from(`${unescaped(username)}:${unescaped(password)}`);
  return { token: `Basic ${pair.toString("base64")}` };
}

/**
 * The library connects again at once, and without end, where connecting fails with a socket's error of its own
 * (client.js, `onError`), as when a proxy closes instead of answering. Without its code it fails what waits.
 */
function connectError(cause: unknown): Error {
  return Object.assign(new Error(messageOf(cause), { cause }), { syscall: "connect" });
}

/** What is sent to the proxy itself: one CONNECT for each connection to a host. */
function createProxyPool(origin: URL, connector: buildConnector.connector): Pool {
  const pool = new (undiciParts().Pool)(origin, {
    connect: connector,
    headersTimeout: maxConnectMs,
  });
  const connect = pool.connect.bind(pool);
  const ending = (target: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> =>
    connect(target).catch((error: unknown) => {
      throw connectError(error);
    });
  return Object.assign(pool, { connect: ending });
}

/** `options` are those of the connections to the hosts behind the proxy, which `connector` reaches. */
export function createProxyAgent(
  proxy: string,
  options: object,
  connector: buildConnector.connector,
): Dispatcher {
  const clientFactory = (origin: URL): Pool => createProxyPool(origin, connector);
  return new (undiciParts().ProxyAgent)({
    ...options,
    ...credentialsOf(new URL(proxy)),
    uri: proxy,
    clientFactory,
  });
}
