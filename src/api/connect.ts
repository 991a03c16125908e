// Opens a session with the API. Knows nothing of endpoints or of the environment.
import { createHmac } from "node:crypto";
import type { Listener } from "../events";
import { systemClock, systemRandom, type Clock, type Random } from "../flow/clock";
import { createPace } from "../flow/rate/pace";
import { joinerWith } from "../flow/signals";
import { systemDisk, type Disk } from "../flow/disk/disk";
import {
  aFlag,
  aFunction,
  aSignal,
  aText,
  maybe,
  optionsOf,
  partOf,
  refuse,
  aTextList,
} from "../shapes";
import { VERSION } from "../version";
import { createAxiosTransport } from "./transport/axios-transport";
import { checkOptions } from "./check-options";
import { callApi } from "./http";
import { openOwn } from "./own-download";
import type { HttpContext } from "./paced-request";
import type { Avala, Ports } from "./connection";
import { createSecrets, type Secrets } from "./secrets";
import { createStorageTransport } from "./transport/storage-transport";
import type { ProxySettings, Transport } from "./transport/transport";
import { createUnanswered } from "./transport/unanswered";
import { sendingWhileOpen, sleepingWhileOpen, whileOpen } from "./while-open";

export interface ConnectOptions {
  readonly apiKey: string;
  /** @default https://api.avala.ai/api/v1 */
  readonly baseUrl?: string | undefined;
  /** Plain http to localhost, 127.0.0.1 or ::1. @default false */
  readonly allowInsecureBaseUrl?: boolean | undefined;
  /** Storage hosts besides the known ones, each `host` or `host:port`; plain http only on loopback. */
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

const aTransport = partOf<Transport>({ send: aFunction, open: aFunction, close: aFunction });

const CONNECT_OPTIONS = optionsOf<ConnectOptions>({
  // Where there is none, the check of keys says where to get one.
  apiKey: maybe(aText),
  baseUrl: maybe(aText),
  allowInsecureBaseUrl: maybe(aFlag),
  allowStorageHosts: maybe(aTextList),
  userAgent: maybe(aText),
  proxy: maybe(
    partOf<ProxySettings>({
      httpProxy: maybe(aText),
      httpsProxy: maybe(aText),
      noProxy: maybe(aText),
    }),
  ),
  onEvent: maybe(aFunction),
  signal: maybe(aSignal),
  ports: maybe(
    partOf<Partial<Ports>>({
      clock: maybe(partOf<Clock>({ now: aFunction, sleep: aFunction })),
      random: maybe(partOf<Random>({ next: aFunction, uuid: aFunction })),
      api: maybe(aTransport),
      storage: maybe(aTransport),
      disk: maybe(
        partOf<Disk>({
          ...{ openToRead: aFunction, readWhole: aFunction, readIfPresent: aFunction },
          ...{ openToAppend: aFunction, remove: aFunction, hold: aFunction, list: aFunction },
          ...{ rewrite: aFunction, ownMark: aFunction, isRunning: aFunction },
        }),
      ),
    }),
  ),
  secrets: maybe(partOf<Secrets>({ add: aFunction, hide: aFunction, mask: aFunction })),
});

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
  refuse(CONNECT_OPTIONS("options", options));
  const { apiKey, baseUrl, allowStorageHosts } = checkOptions(options);
  const { ports = {}, proxy, signal, secrets = createSecrets() } = options;
  secrets.add(apiKey);
  const { clock = systemClock, random = systemRandom, disk = systemDisk } = ports;
  const unanswered = createUnanswered(clock);
  const ending = new AbortController();
  const closing = ending.signal;
  const { api = createAxiosTransport({ proxy }) } = ports;
  const { storage: ofStorage = createStorageTransport({ proxy }) } = ports;
  const transport = sendingWhileOpen(closing, unanswered.watch(api, "Avala"));
  const storage = sendingWhileOpen(closing, unanswered.watch(ofStorage));
  const shared = {
    baseUrl,
    random,
    pace: createPace({ clock, random }),
    unanswered,
    secrets,
    emit: options.onEvent ?? ignore,
    remembered: {},
  };
  const context: HttpContext = {
    ...shared,
    clock,
    apiKey,
    userAgent: userAgentOf(options.userAgent),
    transport,
    join: joinerWith(signal === undefined ? closing : AbortSignal.any([signal, closing])),
  };
  return {
    ...shared,
    clock: sleepingWhileOpen(closing, clock),
    call: (request) => whileOpen(closing, () => callApi(context, request)),
    openOwn: (download) => whileOpen(closing, () => openOwn(context, download)),
    keyFor: (purpose) => createHmac("sha256", apiKey).update(`avala ${purpose}`).digest(),
    storage,
    allowStorageHosts,
    disk,
    signal,
    close: () => {
      ending.abort();
      transport.close();
      storage.close();
    },
  };
}
