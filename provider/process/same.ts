// Whether two property values are the same, and a text that is the same for the same values.
// Knows nothing of resources.

/** JSON with sorted keys, without absent values. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

export function isSame(left: unknown, right: unknown): boolean {
  return canonical(left ?? null) === canonical(right ?? null);
}
