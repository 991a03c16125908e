// When another line about work that takes long is due, where lines stay: often at first, then ever more rarely. Knows nothing
// of what the work is.

interface RhythmOptions {
  /** The first line comes after as long, and no two are closer. */
  readonly minMs: number;
  /** The longest pause that is kept up to. */
  readonly maxMs: number;
  readonly now: () => number;
}

// Of ten minutes each second at first there are about 30 lines, and then one a minute.
const pauseShare = 1 / 4;

/**
 * Asks whether a line is due, of work of which this share (0 to 1) is done. A pause is a quarter of the time so far; a tenth
 * more is worth a line before that, and so is what is news. What falls back is other work.
 */
export function createRhythm(
  options: RhythmOptions,
): (share?: number, isNews?: boolean) => boolean {
  const { minMs, maxMs, now } = options;
  const startedMs = now();
  let lastMs = startedMs;
  let lastTenth = 0;
  return (share = 0, isNews = false) => {
    const tenth = Math.floor(share * 10);
    lastTenth = Math.min(lastTenth, tenth);
    const pauseMs = Math.min(maxMs, (lastMs - startedMs) * pauseShare);
    const waitMs = tenth > lastTenth || isNews ? minMs : Math.max(minMs, pauseMs);
    if (now() - lastMs < waitMs) return false;
    lastMs = now();
    lastTenth = tenth;
    return true;
  };
}
