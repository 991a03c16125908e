// What a push tries of many cases that cross the same bound. Every night all of them are tried: `AVALA_CASES=all`.

const isNight = process.env["AVALA_CASES"] === "all";

/** Those of each push, and at night the others too. */
export function cases<const Case, const Other = Case>(
  onPush: readonly Case[],
  atNight: readonly Other[],
): readonly (Case | Other)[] {
  return isNight ? [...onPush, ...atNight] : onPush;
}

/** Of each row of a table every second cell on a push, so that each column has some; at night all. */
export function halfOf<const Row, const Column>(
  rows: readonly Row[],
  columns: readonly Column[],
): readonly (readonly [Row, Column])[] {
  return rows.flatMap((row, y) =>
    columns.filter((_, x) => isNight || (x + y) % 2 === 0).map((column) => [row, column] as const),
  );
}
