// Which seeds a test of kills plays: few that are chosen, one (`AVALA_KILL_SEED`), or more (`AVALA_KILL_SEEDS`).

export const upTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

export function seedsToPlay(chosen: readonly number[]): readonly number[] {
  const { AVALA_KILL_SEED: one, AVALA_KILL_SEEDS: more } = process.env;
  if (one !== undefined) return [Number(one)];
  return more === undefined ? chosen : upTo(Number(more));
}
