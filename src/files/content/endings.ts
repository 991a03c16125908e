// The formats whose structure shows whether a file is whole, each with the function that looks.
import { flawOfGif, isWholeBmp, isWholeJpeg, isWholePng, isWholeWebp } from "./image-endings";
import { flawOfMatroska } from "./matroska";
import type { Flaw, IsWhole, OpenFile } from "./open-file";
import { isPlyOfSplats, isWholePly } from "./ply";
import { isWholeIsoMedia, isWholeMcap } from "./recording-endings";
import { flawOfSpz, isWholeKsplat, isWholeSplat, isWholeZip } from "./splat-endings";
import { flawOfTiff } from "./tiff-ending";
import { hasIsoMediaZeroEnding, hasWebpZeroEnding } from "./zero-tails";

type FlawOf = (file: OpenFile) => Flaw | undefined;

function unless(
  isWhole: IsWhole,
  hasZeroEnding: (file: OpenFile) => boolean = () => false,
): FlawOf {
  return (file) => {
    if (!isWhole(file)) return "cut short";
    return hasZeroEnding(file) ? "ends in zeros" : undefined;
  };
}

export const endings = {
  bmp: unless(isWholeBmp),
  gif: flawOfGif,
  isoMedia: unless(isWholeIsoMedia, hasIsoMediaZeroEnding),
  jpeg: unless(isWholeJpeg),
  ksplat: unless(isWholeKsplat),
  matroska: flawOfMatroska,
  mcap: unless(isWholeMcap),
  ply: (file) => unless(isWholePly)(file) ?? (isPlyOfSplats(file) ? undefined : "not a splat"),
  png: unless(isWholePng),
  splat: unless(isWholeSplat),
  spz: flawOfSpz,
  tiff: flawOfTiff,
  webp: unless(isWholeWebp, hasWebpZeroEnding),
  zip: unless(isWholeZip),
} satisfies Readonly<Record<string, FlawOf>>;

export type EndingName = keyof typeof endings;
