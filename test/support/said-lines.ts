// What of all that an upload says the log of the Action has, and in which words a test shows it.
import { createRhythm } from "../../src/flow/rhythm";
import type { Said } from "./watched-uploads";

/** Without the first line. */
export function laterLines(said: readonly Said[]): readonly Said[] {
  let nowMs = 0;
  const isDue = createRhythm({ minMs: 5_000, maxMs: 60_000, now: () => nowMs });
  const lines = said.filter(({ second, progress }) => {
    nowMs = 1000 * second;
    return isDue(progress.filesSent / progress.filesTotal);
  });
  return lines.slice(1).filter(({ secondsReallyLeft }) => secondsReallyLeft > 1);
}

export function inWords({ second, secondsLeft, secondsReallyLeft }: Said): string {
  return `at ${second.toFixed(0)} s: ${secondsLeft?.toFixed(0) ?? "?"} s left, and it was ${secondsReallyLeft.toFixed(0)}`;
}

/** More than twice or less than half of what it was, by more than five seconds. */
export function farOff(lines: readonly Said[]): readonly string[] {
  return lines
    .filter(({ secondsLeft = 0, secondsReallyLeft: truth }) => {
      const isByMuch = Math.abs(secondsLeft - truth) > 5;
      return isByMuch && (secondsLeft > 2 * truth || secondsLeft < truth / 2);
    })
    .map(inWords);
}
