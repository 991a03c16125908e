// Which hosts store files (contract, "Send"). Pure.
import { isLoopback } from "../transport/proxy/loopback";
import { AvalaError } from "../../errors";

const REGION = "[a-z]{2,3}(?:-[a-z]+)+-\\d{1,2}";
const KNOWN_HOSTS: readonly RegExp[] = [
  // An S3 label right before amazonaws.com, with nothing but dualstack and a region in between; a bucket before it.
  // So `execute-api.…`, `….elb.amazonaws.com` and every other service of AWS stay out.
  new RegExp(
    `^(?:[a-z0-9][a-z0-9._-]*\\.)?(?:s3|s3-fips|s3-accelerate|s3-accesspoint|s3-accesspoint-fips|s3-${REGION})` +
      `(?:\\.dualstack)?(?:\\.${REGION})?\\.amazonaws\\.com$`,
  ),
  // A bucket's name may stand before it.
  /^(?:[a-z0-9][a-z0-9._-]*\.)?storage\.googleapis\.com$/,
  /^[a-z0-9-]+\.blob\.core\.windows\.net$/,
  /^[0-9a-f]{32}(?:\.eu)?\.r2\.cloudflarestorage\.com$/,
  /^data\.avala\.ai$/,
];

const BOUNDED_STORES = [".amazonaws.com", ".r2.cloudflarestorage.com", ".blob.core.windows.net"];

// Files are read from these as well, and never sent there (contract, "Exports").
const DOWNLOAD_HOSTS: ReadonlySet<string> = new Set(["storage.avala.ai", "cdn.avala.ai"]);

function refused(host: string, why: string, hint?: string): AvalaError {
  return new AvalaError("storage_host", `${host} ${why}; nothing was sent or fetched.`, {
    hint: hint ?? "Check that the base URL is an Avala API that you trust.",
  });
}

function isAllowedByName(url: URL, allowed: readonly string[]): boolean {
  // `host` without a port is written as it stands, and so means the scheme's own port.
  if (!allowed.includes(url.host)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/**
 * The parsed URL of a presigned target whose host may be given bytes. Known hosts over https on its own port; those of
 * `allowed` (`host` or `host:port`) by https, or by plain http on loopback.
 * @throws AvalaError `storage_host`, naming only the host: the rest of a presigned URL is a secret
 */
export function checkStorageHost(text: string, allowed: readonly string[]): URL {
  return checkHost(text, allowed, isStoreName);
}

/** As {@link checkStorageHost}, for a file that is fetched. @throws as that */
export function checkDownloadHost(text: string, allowed: readonly string[]): URL {
  return checkHost(text, allowed, (name) => isStoreName(name) || DOWNLOAD_HOSTS.has(name));
}

function isStoreName(hostname: string): boolean {
  return KNOWN_HOSTS.some((pattern) => pattern.test(hostname));
}

/** Whether the host is a store's that takes no object above 5 GiB in one PUT. Google's does; of others it is not known. */
export function boundsPuts(target: string): boolean {
  const { hostname } = new URL(target);
  return BOUNDED_STORES.some((suffix) => hostname.endsWith(suffix));
}

function checkHost(
  text: string,
  allowed: readonly string[],
  isKnownName: (hostname: string) => boolean,
): URL {
  if (!URL.canParse(text)) throw refused("A presigned target", "is not a URL");
  const url = new URL(text);
  if (url.host === "") throw refused("A presigned target", "has a URL without a host");
  if (url.username !== "" || url.password !== "") {
    throw refused(url.host, "has a URL that contains a user or password");
  }
  if (isAllowedByName(url, allowed)) return url;
  if (url.protocol !== "https:") throw refused(url.host, whyNot(url), hintFor(url, allowed));
  const isKnown = url.port === "" && isKnownName(url.hostname);
  if (!isKnown) throw refused(url.host, "is not an allowed storage host", hintFor(url, allowed));
  return url;
}

/** Without https. On this machine it is a name on the list that is missing, as with a store that is run for a trial. */
function whyNot({ protocol, hostname }: URL): string {
  if (protocol !== "http:") return "is not reached by https";
  return isLoopback(hostname)
    ? "is on this machine by plain http, and not among the allowed storage hosts"
    : "is reached by plain http; files are sent and fetched only over https";
}

/** A host that is allowed, or that no allowance helps by this scheme, is not to be allowed again. */
function hintFor(url: URL, allowed: readonly string[]): string | undefined {
  const canBeAllowed =
    url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  if (!canBeAllowed || allowed.includes(url.host)) return undefined;
  return `If this store is yours, allow it by name: add ${url.host} to the allowed storage hosts (allow-storage-hosts in a workflow, avala:allowStorageHosts in a stack).`;
}
