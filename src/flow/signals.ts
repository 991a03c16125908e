// Two signals as one. Knows nothing of what they stop.

/**
 * Joins `base` with whatever signal a call brings. Each pair is joined once and not at every call: a joined signal is
 * held by its parts as long as they live, and thousands of calls share two.
 */
export function joinerWith(
  base: AbortSignal | undefined,
): (given: AbortSignal | undefined) => AbortSignal | undefined {
  if (base === undefined) return (given) => given;
  const joined = new WeakMap<AbortSignal, AbortSignal>([[base, base]]);
  return (given) => {
    if (given === undefined) return base;
    const both = joined.get(given) ?? AbortSignal.any([base, given]);
    joined.set(given, both);
    return both;
  };
}
