// A server by any of its names. Pure.

// The same backend under another name (contract, "Transport").
const OTHER_HOSTS: ReadonlySet<string> = new Set(["server.avala.ai"]);

function canonical(given: URL): URL {
  const url = new URL(given);
  if (url.protocol === "https:" && OTHER_HOSTS.has(url.host)) url.host = "api.avala.ai";
  return url;
}

/** One form for all base URLs of one server, for what is kept by it: batches, journals, plans, caches. */
export function canonicalBaseUrl(baseUrl: string): string {
  return canonical(new URL(baseUrl)).href.replace(/\/+$/, "");
}

/** Whether it is of the base URL's own origin, by any of the server's names. */
export function isOfServer(baseUrl: string, url: URL): boolean {
  const [one, other] = [canonical(new URL(baseUrl)), canonical(url)];
  // Not by `origin`, which a blob's URL has from what stands behind its scheme.
  return one.protocol === other.protocol && one.host === other.host;
}

/**
 * What the server links to of its own, at the base URL's host: the key goes to no other. Undefined for another origin, and
 * with a user or a password.
 */
export function atOwnHost(baseUrl: string, link: URL): URL | undefined {
  if (!isOfServer(baseUrl, link) || link.username !== "" || link.password !== "") return undefined;
  const url = new URL(link);
  url.host = new URL(baseUrl).host;
  return url;
}
