// Which proxy a host is reached by, from settings that somebody else has read. Pure.
//
// Not left to the library: undici sends https through the http proxy where none for https is named, and does not refuse a
// proxy that is not a URL by the variable's name.
import { InputError } from "../../../errors";
import { isLoopback } from "./loopback";
import type { ProxySettings } from "../transport";

/** What is asked of a target: as a URL has them. */
interface Target {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

function proxyUrl(name: string, value: string | undefined): URL | undefined {
  if (value === undefined || value === "") return undefined;
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new InputError([{ input: name, text: "should be the URL of an http or https proxy" }]);
}

function isExcepted(target: Target, entry: string): boolean {
  if (entry === "*") return true;
  const match = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, "").toLowerCase());
  const [, host = "", port] = match ?? [];
  const ownPort =
    target.port === "" ? { "https:": "443", "http:": "80" }[target.protocol] : target.port;
  if (host === "" || (port !== undefined && port !== ownPort)) return false;
  return target.hostname === host || target.hostname.endsWith(`.${host}`);
}

/** The proxy of a target, or `undefined` to reach it directly. This machine is always reached directly. */
type ProxyFor = (target: Target) => URL | undefined;

/** @throws InputError for a proxy that is not a URL */
export function createProxyFor(settings: ProxySettings = {}): ProxyFor {
  const http = proxyUrl("HTTP_PROXY", settings.httpProxy);
  const https = proxyUrl("HTTPS_PROXY", settings.httpsProxy);
  const exceptions = (settings.noProxy ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  return (target) => {
    const proxy = target.protocol === "https:" ? https : http;
    if (proxy === undefined || isLoopback(target.hostname)) return undefined;
    return exceptions.some((entry) => isExcepted(target, entry)) ? undefined : proxy;
  };
}
