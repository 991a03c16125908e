// The formats whose end can be told, each with the function that tells it.
import { isWholeBmp, isWholeGif, isWholeJpeg, isWholePng, isWholeWebp } from "./image-endings";
import type { IsWhole } from "./open-file";
import { isWholeIsoMedia, isWholeMatroska, isWholeMcap, isWholePly } from "./recording-endings";
import { isWholeTiff } from "./tiff-ending";

export const endings = {
  bmp: isWholeBmp,
  gif: isWholeGif,
  isoMedia: isWholeIsoMedia,
  jpeg: isWholeJpeg,
  matroska: isWholeMatroska,
  mcap: isWholeMcap,
  ply: isWholePly,
  png: isWholePng,
  tiff: isWholeTiff,
  webp: isWholeWebp,
} satisfies Readonly<Record<string, IsWhole>>;

export type EndingName = keyof typeof endings;
