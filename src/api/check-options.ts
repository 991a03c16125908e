// What a session may be opened with. Pure; names every problem at once, and never shows a key.
import { InputError, type InputProblem } from "../errors";
import { isLoopback } from "./transport/proxy/loopback";

export const DEFAULT_BASE_URL = "https://api.avala.ai/api/v1";

const WHERE_KEYS_ARE =
  "copy it from Avala under Settings > Security; the environment variable AVALA_API_KEY works too";

interface CheckedOptions {
  readonly apiKey: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Lower case, each `host` or `host:port`. */
  readonly allowStorageHosts: readonly string[];
}

interface GivenOptions {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly allowInsecureBaseUrl?: boolean | undefined;
  readonly allowStorageHosts?: readonly string[] | undefined;
}

const PLACEHOLDER =
  /^(?:<.*>|\[.*\]|\{.*\}|\$.*|\*+|x{3,}|\.{3}|(?:avk_)?(?:your|my|the)[-_ ]?(?:avala[-_ ]?)?(?:api[-_ ]?)?key(?:[-_ ]?here)?|(?:avk_)?(?:\.{3}|x{3,}|…)|api[-_ ]?key|avala_api_key|changeme|undefined|null)$/i;

/** What is wrong with a key, without showing any of it. The contract's shapes are what was seen, not a rule. */
function problemWithKey(key: string): string | undefined {
  if (key.trim() === "") return `is missing: ${WHERE_KEYS_ARE}`;
  if (/x-avala-api-key|^bearer\b|avala_api_key\s*=/i.test(key)) {
    return "contains more than the key: use only the key, without the name of a header or a variable";
  }
  if (PLACEHOLDER.test(key.trim())) return `is a placeholder: ${WHERE_KEYS_ARE}`;
  if (/\s/.test(key)) return "contains a space or a line break: copy only the key";
  if (!/^[\x21-\x7e]+$/.test(key))
    return "contains characters that keys do not have: copy it again";
  return undefined;
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function problemWithBaseUrl(text: string, allowInsecure: boolean): string | undefined {
  // A URL's parser leaves out line breaks and turns backslashes round, so what one reads is not what would be called.
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text)) return "has a space, a line break or a backslash in it";
  const url = parsed(text);
  if (url === undefined) return `is not a URL; the public API's is ${DEFAULT_BASE_URL}`;
  if (url.username !== "" || url.password !== "") return "must not contain a user or password";
  if (text.includes("?") || text.includes("#")) return "must not contain a query or a fragment";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return "must begin with https://";
  if (!isLoopback(url.hostname)) {
    return "must begin with https://: the key would travel unencrypted (http is allowed only for localhost, 127.0.0.1 and ::1)";
  }
  if (allowInsecure) return undefined;
  return "is plain http: set AVALA_ALLOW_INSECURE_BASE_URL=true to allow it on this machine";
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?$/;

function problemWithHost(host: string): string | undefined {
  const match = HOST.exec(host);
  const port = Number(match?.[1] ?? 1);
  const isGood =
    match !== null &&
    port > 0 &&
    port < 65_536 &&
    !host.includes("..") &&
    parsed(`https://${host}`);
  return isGood
    ? undefined
    : `"${host}" should be a host or host:port, without a scheme, a path or a wildcard`;
}

/** @throws InputError with every problem of the key, the base URL and the hosts */
export function checkOptions(given: GivenOptions): CheckedOptions {
  const { apiKey = "" } = given;
  const baseUrl = (given.baseUrl ?? DEFAULT_BASE_URL).trim();
  const hosts = (given.allowStorageHosts ?? []).map((host) => host.trim().toLowerCase());
  const problems: InputProblem[] = [];
  const note = (input: string, text: string | undefined): void => {
    if (text !== undefined) problems.push({ input, text });
  };
  note("api key", problemWithKey(apiKey));
  note("base URL", problemWithBaseUrl(baseUrl, given.allowInsecureBaseUrl === true));
  for (const host of hosts) note("allowed storage hosts", problemWithHost(host));
  if (problems.length > 0) throw new InputError(problems);
  return {
    apiKey,
    baseUrl: new URL(baseUrl).href.replace(/\/+$/, ""),
    allowStorageHosts: hosts,
  };
}
