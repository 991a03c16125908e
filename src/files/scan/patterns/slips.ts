// Why a line of globs that matches nothing does so: the likely slip, from the line and what is on disk. Pure; the disk is
// asked through `DiskView`. Knows nothing of who shows the reason.
import type { DiskView, Slip } from "../disk-view";
import { inSubfolders, missingPart, skippedLink, suffixCase } from "./missing-names";
import {
  backslashes,
  brackets,
  comment,
  fromAboveRoot,
  listMarker,
  octal,
  otherHome,
  quotes,
  separated,
  variable,
} from "./written-slips";

/** A clause without its full stop, with what to do; `undefined` where nothing is likely. */
export function slipOf(line: string, disk: DiskView): string | undefined {
  // What it matches is left out, and whoever leaves it out says why: only of links nothing is said of each.
  if (disk.matches(line).length > 0) return skippedLink(line, disk);
  for (const slip of SLIPS) {
    const found = slip(line, disk);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of what was written before what is on disk: a slip of the first kind hides those of the second. */
const SLIPS: readonly Slip[] = [
  octal,
  quotes,
  listMarker,
  comment,
  separated,
  variable,
  otherHome,
  backslashes,
  fromAboveRoot,
  brackets,
  skippedLink,
  missingPart,
  suffixCase,
  inSubfolders,
];
