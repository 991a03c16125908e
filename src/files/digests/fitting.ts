// Which of many rows have room, when not all of them have: those that were used last. Pure.

export interface Room {
  readonly bytes: number;
  /** How many of them one more path takes, with all that is recorded of it. */
  readonly bytesOf: (path: string) => number;
}

interface Asked {
  readonly pathOf: (row: number) => string;
  /** The day of its last use. */
  readonly dayOf: (row: number) => number;
}

/** Days that a row can have. */
const days = 0x1_0000;

/**
 * Those that fit, in their order: the last used first, and of one day the first ones. One that does not fit ends it, so that what
 * processes leave one after the other does not depend on which one was first.
 */
export function fittingRows(
  rows: readonly number[],
  { bytes, bytesOf }: Room,
  { pathOf, dayOf }: Asked,
): readonly number[] {
  let sum = 0;
  for (const row of rows) sum += bytesOf(pathOf(row));
  if (sum <= bytes) return rows;
  const bytesOfDays = new Float64Array(days);
  for (const row of rows) {
    const day = dayOf(row);
    bytesOfDays[day] = (bytesOfDays[day] ?? 0) + bytesOf(pathOf(row));
  }
  let left = bytes;
  let day = days - 1;
  for (; (bytesOfDays[day] ?? 0) <= left; day--) left -= bytesOfDays[day] ?? 0;
  // All of later days fit, and of this one the first.
  return rows.filter((row) => {
    if (dayOf(row) !== day) return dayOf(row) > day;
    left -= bytesOf(pathOf(row));
    return left >= 0;
  });
}
