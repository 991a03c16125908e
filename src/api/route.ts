// Text into paths and queries: each part is checked and encoded. Knows nothing of requests.
import { InputError, type InputProblem } from "../errors";
import { pathPartProblem } from "./path-part";
import { atOwnHost } from "./server-names";
import { badReply } from "./wire";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A segment of the template, without braces: `GET /datasets/{owner}/{slug}/` → `datasets`, `owner`, `slug`. */
function nameOf(route: string, index: number): string {
  const segments = route
    .slice(route.indexOf("/"))
    .split("/")
    .filter((segment) => segment !== "");
  return (segments[index] ?? "path").replace(/[{}]/g, "");
}

/**
 * `/datasets/acme/training/`: the parts under the base URL, each percent-encoded (contract, "Transport").
 * @throws InputError for a part that is empty, `.`, `..`, or holds a slash or control characters; it names the part by
 * the route's template
 */
export function encodePath(route: string, parts: readonly string[]): string {
  const problems: InputProblem[] = [];
  let path = "/";
  parts.forEach((part, index) => {
    const text = pathPartProblem(part);
    if (text === undefined) path += `${encodeURIComponent(part)}/`;
    else problems.push({ input: nameOf(route, index), text });
  });
  if (problems.length > 0) throw new InputError(problems);
  return path;
}

/** `?limit=50&cursor=…`, or nothing. Values that are `undefined` are left out. */
export function encodeQuery(query: Query | undefined): string {
  if (query === undefined) return "";
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/**
 * The URL of a `next` link, relative to the list's own. It is asked with the key, at the base URL's own host, so it must be
 * of its origin, by any of the server's names, and under its path.
 * @throws AvalaError `bad_reply` for any other
 */
export function resolveNext(route: string, next: string, baseUrl: string, listUrl: string): string {
  const base = new URL(`${baseUrl}/`);
  const link = URL.canParse(next, listUrl) ? new URL(next, listUrl) : undefined;
  const url = link && atOwnHost(baseUrl, link);
  if (url === undefined || !url.pathname.startsWith(base.pathname)) {
    throw badReply(route, `its next page is at ${link?.host ?? "no URL"}, outside the base URL`);
  }
  return url.href;
}
