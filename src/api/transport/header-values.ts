// The headers of a reply as one value each. Knows nothing of what they say.

// Where two in a row put in the same, the first counts, as in Node's own client: of two waits or addresses joined by a comma
// neither can be read (RFC 9110, 5.3: only what is a list may come in several lines).
const OF_ONE_VALUE: ReadonlySet<string> = new Set([
  "content-type",
  "date",
  "etag",
  "expires",
  "last-modified",
  "location",
  "retry-after",
  "server",
]);

function oneValue(name: string, value: string | readonly string[]): string {
  if (typeof value === "string") return value;
  return OF_ONE_VALUE.has(name) ? (value[0] ?? "") : value.join(", ");
}

/** Names are in lower case already. */
export function headerValues(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) values[name] = oneValue(name, value);
  }
  return values;
}
