// The option that was meant by a name that is not one. Pure.

/** How many letters must be put in, taken out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The nearest of `known`: one slip away in a short name, two in a long one. */
export function nearName(given: string, known: Iterable<string>): string | undefined {
  const name = given.slice(0, 100);
  const near = [...known]
    .map((one) => ({ one, slips: distance(name, one) }))
    .filter(({ one, slips }) => slips <= (one.length > 6 ? 2 : 1));
  return near.sort((left, right) => left.slips - right.slips)[0]?.one;
}
