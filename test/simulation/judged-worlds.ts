// Many worlds, each from a seed, played and judged one after the other. Knows nothing of what is played.

/** What a world came to. */
export interface Judged {
  readonly wrong: readonly string[];
  readonly datasets: number;
  /** How each run in it ended. */
  readonly ends: readonly string[];
}

/** `AVALA_SEED` alone, or as many as `variable` says from `AVALA_FIRST_SEED` on. */
export function seedsBy(variable: string): readonly number[] {
  const { AVALA_SEED: one, AVALA_FIRST_SEED: first = 1, [variable]: count = 30 } = process.env;
  if (one !== undefined) return [Number(one)];
  return Array.from({ length: Number(count) }, (_, index) => Number(first) + index);
}

/** What is wrong, by seed; prints what all of them came to. */
export async function failuresIn(
  what: string,
  seeds: readonly number[],
  play: (seed: number) => Promise<Judged>,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const totals: Record<string, number> = { worlds: 0, datasets: 0 };
  const add = (name: string, count = 1): void => {
    totals[name] = (totals[name] ?? 0) + count;
  };
  for (const seed of seeds) {
    const { wrong, datasets, ends } = await play(seed);
    if (wrong.length > 0) failures.push(`seed ${seed}: ${[...new Set(wrong)].join("; ")}`);
    add("worlds");
    add("datasets", datasets);
    for (const how of ends) add(how);
  }
  process.stdout.write(`${what}: ${JSON.stringify(totals)}\n`);
  return failures;
}
