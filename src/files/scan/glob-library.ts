// fast-glob, read at its first use: it takes as long as all of the rest together, and files that are chosen again need none of
// it.
import type fastGlob from "fast-glob";

let library: typeof fastGlob | undefined;

export function globLibrary(): typeof fastGlob {
  // oxlint-disable-next-line typescript/no-require-imports -- read at its first use, also where nothing can be awaited
  library ??= require("fast-glob") as typeof fastGlob;
  return library;
}
