// Says how far the comparing of files with what a store keeps has come.
import type { Avala } from "../../api/connection";

const EVERY_MS = 500;

/** @returns what is called for each file that was looked at, and once in the end */
export function tellComparing(
  { clock, emit }: Pick<Avala, "clock" | "emit">,
  name: string,
  filesTotal: number,
): { readonly next: () => void; readonly end: () => void } {
  let filesDone = 0;
  let saidMs = clock.now();
  const say = (done: number): void => {
    if (filesTotal > 0) emit({ kind: "compare-progress", name, filesDone: done, filesTotal });
  };
  say(0);
  return {
    next: () => {
      filesDone += 1;
      if (filesDone >= filesTotal || clock.now() - saidMs < EVERY_MS) return;
      saidMs = clock.now();
      say(filesDone);
    },
    end: () => say(filesTotal),
  };
}
