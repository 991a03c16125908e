// The headers that the API signs for a PUT, checked: they describe the object, and never the connection or its other end.
import { badReply, type Fields } from "../../wire";

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// What Node sends as a header's value without complaint.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

// A store behind a shared front end is chosen by `Host`, and the rest would change what is a request and what is not.
const OF_THE_CONNECTION = new Set([
  "connection",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function problemWith(name: string, value: unknown, host: string): string | undefined {
  if (typeof value !== "string") return "should be text";
  if (!NAME.test(name) || !VALUE.test(value)) return "is not a valid header";
  const lower = name.toLowerCase();
  // Some signers list it: it is the URL's own.
  if (lower === "host") return value.toLowerCase() === host ? undefined : "names another host";
  const isForbidden = OF_THE_CONNECTION.has(lower) || lower.startsWith("proxy-");
  return isForbidden ? "is not allowed for a file" : undefined;
}

/** PHP and others write an empty object as `[]`. */
function hasNone(headers: unknown): boolean {
  return headers === undefined || (Array.isArray(headers) && headers.length === 0);
}

/** @throws AvalaError `bad_reply` for one that is not text, not a header, or about the connection */
export function readPutHeaders(fields: Fields, route: string, url: string): Record<string, string> {
  const given = hasNone(fields.any("headers")) ? {} : fields.record("headers");
  const host = URL.canParse(url) ? new URL(url).host : "";
  const headers = new Map<string, string>();
  for (const [name, said] of Object.entries(given)) {
    const value = typeof said === "number" ? String(said) : said;
    const problem = problemWith(name, value, host);
    if (problem !== undefined)
      throw badReply(route, `the header ${JSON.stringify(name)} ${problem}`);
    headers.set(name, String(value));
  }
  return Object.fromEntries(headers);
}
