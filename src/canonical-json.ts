// One text for a value, however it was put together: for digests, and to hold values against each other. Pure.

/**
 * The JSON of `value` without blanks, each object's names in UTF-16 code unit order, without absent values. Equal values
 * give equal text.
 */
export function canonicalJson(value: unknown): string {
  // What JSON says of dates, absent values and the like, it says first.
  return write(JSON.parse(JSON.stringify(value)) as unknown);
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, one]) => [JSON.stringify(name), write(one)] as const,
  );
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map((member) => member.join(":")).join(",")}}`;
}
