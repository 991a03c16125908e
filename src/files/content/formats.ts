// The formats that a suffix stands for, each with its signature. Knows nothing of what else a file may be.
import { suffixOf } from "../media";
import type { EndingName } from "./endings";

export interface Format {
  readonly name: string;
  /** Absent where it has no signature: then only its structure shows anything. */
  readonly starts?: (head: Buffer) => boolean;
  /** As the library calls it, if it does. */
  readonly extensions: readonly string[];
  readonly ending?: EndingName;
}

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

function at(offset: number, ...texts: readonly string[]): (head: Buffer) => boolean {
  const signatures = texts.map(bytes);
  return (head) =>
    signatures.some((signature) =>
      head.subarray(offset, offset + signature.length).equals(signature),
    );
}

const pictureBrands = at(8, "heic", "heix", "heim", "heis", "hevc", "mif1", "msf1", "avif", "avis");
const isPicture = (head: Buffer): boolean => at(4, "ftyp")(head) && pictureBrands(head);

const jpeg: Format = {
  name: "JPEG",
  starts: at(0, "\xff\xd8\xff"),
  extensions: ["jpg"],
  ending: "jpeg",
};
const png: Format = {
  name: "PNG",
  starts: at(0, "\x89PNG\r\n\x1a\n"),
  extensions: ["png", "apng"],
  ending: "png",
};
const gif: Format = {
  name: "GIF",
  starts: at(0, "GIF87a", "GIF89a"),
  extensions: ["gif"],
  ending: "gif",
};
const webp: Format = {
  name: "WebP",
  starts: (head) => at(0, "RIFF")(head) && at(8, "WEBP")(head),
  extensions: ["webp"],
  ending: "webp",
};
const bmp: Format = { name: "BMP", starts: at(0, "BM"), extensions: ["bmp"], ending: "bmp" };
const tiff: Format = {
  name: "TIFF",
  starts: at(0, "II*\0", "MM\0*", "II+\0", "MM\0+"),
  extensions: ["tif"],
  ending: "tiff",
};
const heif: Format = {
  name: "HEIF",
  starts: isPicture,
  extensions: ["heic", "avif"],
  ending: "isoMedia",
};
const isoMedia: Format = {
  name: "MP4 or QuickTime",
  starts: (head) =>
    at(4, "ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "styp", "moof")(head) &&
    !isPicture(head),
  extensions: ["mp4", "mov", "m4v", "3gp", "3g2"],
  ending: "isoMedia",
};
const matroska: Format = {
  name: "Matroska or WebM",
  starts: at(0, "\x1aE\xdf\xa3"),
  extensions: ["mkv", "webm"],
  ending: "matroska",
};
const mcap: Format = {
  name: "MCAP",
  starts: at(0, "\x89MCAP0\r\n"),
  extensions: [],
  ending: "mcap",
};
const ply: Format = { name: "PLY", starts: at(0, "ply\n", "ply\r"), extensions: [], ending: "ply" };
// To version 3 a gzip, from version 4 on with a header of its own.
const spz: Format = {
  name: "SPZ",
  starts: at(0, "\x1f\x8b", "NGSP"),
  extensions: ["gz"],
  ending: "spz",
};
const sog: Format = {
  name: "SOG",
  starts: at(0, "PK\x03\x04"),
  extensions: ["zip"],
  ending: "zip",
};
const splat: Format = { name: "splat", extensions: [], ending: "splat" };
const ksplat: Format = { name: "ksplat", extensions: [], ending: "ksplat" };
const gzip: Format = { name: "gzip", starts: at(0, "\x1f\x8b"), extensions: ["gz", "tar.gz"] };

// No entry for `.alp` and `.episode`, which are Avala's own: nothing public says what is in them.
const formatOfSuffix: ReadonlyMap<string, Format> = new Map([
  [".jpg", jpeg],
  [".jpeg", jpeg],
  [".png", png],
  [".gif", gif],
  [".webp", webp],
  [".bmp", bmp],
  [".tif", tiff],
  [".tiff", tiff],
  [".heic", heif],
  [".heif", heif],
  [".avif", heif],
  [".mp4", isoMedia],
  [".mov", isoMedia],
  [".mkv", matroska],
  [".webm", matroska],
  [".mcap", mcap],
  [".ply", ply],
  [".compressed.ply", ply],
  [".spz", spz],
  [".sog", sog],
  [".splat", splat],
  [".ksplat", ksplat],
  [".alp.gz", gzip],
]);

/** Of a suffix in lower case. */
export function formatOf(suffix: string): Format | undefined {
  return formatOfSuffix.get(suffix);
}

/** The format whose signature the bytes have, by name. */
export function formatNamed(head: Buffer): string | undefined {
  return [...formatOfSuffix.values()].find(({ starts }) => starts?.(head) === true)?.name;
}

/** Which function in `endings` can say whether a file of this name is whole. */
export function endingOf(path: string): EndingName | undefined {
  return formatOf(suffixOf(path))?.ending;
}
