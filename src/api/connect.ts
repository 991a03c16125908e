// A session with the API: its key, its origin, its pace and its ports in one value that every function takes.
// Knows nothing of endpoints or of the environment.
import { createHmac } from "node:crypto";
import type { Listener } from "../events";
import { systemClock, systemRandom, type Clock, type Random } from "../flow/clock";
import { createPace, type Pace } from "../flow/pace";
import { joinerWith } from "../flow/signals";
import { systemDisk, type Disk } from "../files/disk";
import { VERSION } from "../version";
import { createAxiosTransport } from "./axios-transport";
import { checkOptions } from "./check-options";
import { callApi, type ApiCall, type ApiReply, type HttpContext } from "./http";
import { openOwn, type OwnDownload } from "./own-download";
import type { Permissions } from "./permissions";
import { createSecrets, type Secrets } from "./secrets";
import { createStorageTransport } from "./storage-transport";
import type { HttpStream, ProxySettings, Transport } from "./transport";
import type { User } from "./users";

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

export interface ConnectOptions {
  readonly apiKey: string;
  /** @default https://api.avala.ai/api/v1 */
  readonly baseUrl?: string | undefined;
  /** Plain http to localhost, 127.0.0.1 or ::1. @default false */
  readonly allowInsecureBaseUrl?: boolean | undefined;
  /** Storage hosts besides the known ones, each `host` or `host:port`; plain http on loopback alone. */
  readonly allowStorageHosts?: readonly string[] | undefined;
  /** Put before the package's own in the `User-Agent`. */
  readonly userAgent?: string | undefined;
  readonly proxy?: ProxySettings | undefined;
  readonly onEvent?: Listener | undefined;
  /** Stops everything that is done with this session, with code `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly ports?: Partial<Ports> | undefined;
  /** What is masked besides the key, which is added to it. @default nothing else */
  readonly secrets?: Secrets | undefined;
}

/** A session. It holds no key that could be read or printed. */
export interface Avala {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** @throws ApiError for an error reply, AvalaError `network`, `timeout`, `redirect`, `bad_reply`, `cancelled` */
  call(request: ApiCall): Promise<ApiReply>;
  /** A file on the API's own origin, with the key. One try. @throws as {@link openOwn} */
  openOwn(download: OwnDownload): Promise<HttpStream>;
  readonly storage: Transport;
  readonly allowStorageHosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly signal?: AbortSignal | undefined;
  /** Ms since the epoch; nothing waits beyond it. */
  readonly deadlineMs?: number | undefined;
  readonly emit: Listener;
  readonly pace: Pace;
  readonly secrets: Secrets;
  readonly remembered: Remembered;
  /** A key for one purpose, made of the API key, which it does not show: what is signed with it was written with that key. */
  keyFor(purpose: string): Buffer;
  /** Names that this session has locked, so that what it does under them does not wait for itself. */
  readonly holds?: ReadonlySet<string> | undefined;
  /** Closes kept connections. */
  close(): void;
}

/** What the server said and will say again for as long as the session lasts. */
export interface Remembered {
  user?: User;
  permissions?: Promise<Permissions | undefined>;
  /** Bytes, by organization; `undefined` where the server does not tell. */
  quotaLimits?: Map<string | undefined, number | undefined>;
}

const ignore: Listener = () => undefined;

function userAgentOf(given: string | undefined): string {
  const own = `avala-pulumi/${VERSION} node/${process.versions.node}`;
  return given === undefined ? own : `${given} ${own}`;
}

/**
 * Checks the options and makes a session; nothing is sent.
 * @throws InputError for a key, a base URL and allowed hosts that can't be used, all at once
 */
export function connect(options: ConnectOptions): Avala {
  const { apiKey, baseUrl, allowStorageHosts } = checkOptions(options);
  const { ports = {}, proxy, signal, secrets = createSecrets() } = options;
  secrets.add(apiKey);
  const { clock = systemClock, random = systemRandom, disk = systemDisk } = ports;
  const transport = ports.api ?? createAxiosTransport({ proxy });
  const storage = ports.storage ?? createStorageTransport({ proxy });
  const shared = {
    baseUrl,
    clock,
    random,
    pace: createPace({ clock }),
    secrets,
    emit: options.onEvent ?? ignore,
    remembered: {},
  };
  const context: HttpContext = {
    ...shared,
    apiKey,
    userAgent: userAgentOf(options.userAgent),
    transport,
    join: joinerWith(signal),
  };
  return {
    ...shared,
    call: (request) => callApi(context, request),
    openOwn: (download) => openOwn(context, download),
    keyFor: (purpose) => createHmac("sha256", apiKey).update(`avala ${purpose}`).digest(),
    storage,
    allowStorageHosts,
    disk,
    signal,
    close: () => {
      transport.close();
      storage.close();
    },
  };
}

/** The same session, also stopped by `signal`. */
export function withSignal(avala: Avala, signal: AbortSignal): Avala {
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
  return {
    ...avala,
    emit: listener,
    call: (request) => avala.call({ onEvent: listener, ...request }),
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
  };
}
