// Looks at a file's first and last bytes: is it what its suffix says, and is it whole? Pure.
//
// A table of our own and no library: of the ones that run as CommonJS on Node 20, file-type 16 is an old major and
// magic-bytes.js knows no MCAP, PLY or BigTIFF (a false alarm on the last), and neither knows what is most often found in
// place of an image in a checkout, a Git LFS pointer. What the server indexes comes to a dozen signatures.
import { suffixOf } from "./media";

/** How many bytes at each end are looked at. */
export const SAMPLE_BYTES = 64;

export interface Sample {
  readonly sizeBytes: number;
  /** The first 64 bytes, or all of a smaller file. */
  readonly head: Buffer;
  /** The last 64 bytes, or all of a smaller file. */
  readonly tail: Buffer;
}

interface Format {
  readonly name: string;
  readonly starts: (head: Buffer) => boolean;
  /** Whether the file is whole, as far as its ends tell. */
  readonly isWhole?: (sample: Sample) => boolean;
}

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

function at(offset: number, ...texts: readonly string[]): (head: Buffer) => boolean {
  const signatures = texts.map(bytes);
  return (head) =>
    signatures.some((signature) =>
      head.subarray(offset, offset + signature.length).equals(signature),
    );
}

const MCAP_MAGIC = "\x89MCAP0\r\n";
const heifBrands = at(8, "heic", "heix", "heim", "heis", "hevc", "mif1", "msf1", "avif", "avis");

const jpeg: Format = {
  name: "JPEG",
  starts: at(0, "\xff\xd8\xff"),
  isWhole: ({ tail }) => tail.includes(bytes("\xff\xd9")),
};
const png: Format = {
  name: "PNG",
  starts: at(0, "\x89PNG\r\n\x1a\n"),
  isWhole: ({ tail }) => tail.includes("IEND"),
};
const gif: Format = {
  name: "GIF",
  starts: at(0, "GIF87a", "GIF89a"),
  isWhole: ({ tail }) => tail.includes(0x3b),
};
const webp: Format = {
  name: "WebP",
  starts: (head) => at(0, "RIFF")(head) && at(8, "WEBP")(head),
  isWhole: ({ head, sizeBytes }) => head.readUInt32LE(4) + 8 <= sizeBytes,
};
const bmp: Format = {
  name: "BMP",
  starts: at(0, "BM"),
  isWhole: ({ head, sizeBytes }) => head.length < 6 || head.readUInt32LE(2) <= sizeBytes,
};
const tiff: Format = { name: "TIFF", starts: at(0, "II*\0", "MM\0*", "II+\0", "MM\0+") };
const heif: Format = { name: "HEIF", starts: (head) => at(4, "ftyp")(head) && heifBrands(head) };
const isoMedia: Format = {
  name: "MP4 or QuickTime",
  starts: (head) =>
    at(4, "ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "styp")(head) &&
    !heif.starts(head),
};
const matroska: Format = { name: "Matroska or WebM", starts: at(0, "\x1aE\xdf\xa3") };
const mcap: Format = {
  name: "MCAP",
  starts: at(0, MCAP_MAGIC),
  isWhole: ({ tail }) => tail.subarray(-MCAP_MAGIC.length).equals(bytes(MCAP_MAGIC)),
};
const ply: Format = { name: "PLY", starts: at(0, "ply\n", "ply\r") };
const gzip: Format = { name: "gzip", starts: at(0, "\x1f\x8b") };

// What is found instead, from the plainest signature to the weakest: BMP's two letters come last.
const lookalikes: readonly Format[] = [
  { name: "a Git LFS pointer", starts: at(0, "version https://git-lfs") },
  { name: "HTML", starts: (head) => /^\s*<(?:!doctype html|html)/i.test(head.toString("latin1")) },
  { name: "PDF", starts: at(0, "%PDF-") },
  { name: "ZIP", starts: at(0, "PK\x03\x04", "PK\x05\x06") },
  ...[jpeg, png, gif, webp, tiff, heif, isoMedia, matroska, mcap, ply, gzip, bmp],
];

// No entry for `.alp .episode .splat .ksplat`, which have no signature, nor for `.sog .spz`, whose versions differ.
const formatOfSuffix: ReadonlyMap<string, Format> = new Map([
  [".jpg", jpeg],
  [".jpeg", jpeg],
  [".png", png],
  [".gif", gif],
  [".webp", webp],
  [".bmp", bmp],
  [".tif", tiff],
  [".tiff", tiff],
  [".mp4", isoMedia],
  [".mov", isoMedia],
  [".mkv", matroska],
  [".webm", matroska],
  [".mcap", mcap],
  [".ply", ply],
  [".compressed.ply", ply],
  [".alp.gz", gzip],
]);

/** What is wrong with the content, in one sentence; `undefined` when nothing is, or the suffix has no signature. */
export function contentProblem(path: string, sample: Sample): string | undefined {
  if (sample.sizeBytes === 0) return "The file is empty.";
  const suffix = suffixOf(path);
  const format = formatOfSuffix.get(suffix);
  if (format === undefined) return undefined;
  if (!format.starts(sample.head)) {
    const found = lookalikes.find(({ starts }) => starts(sample.head));
    const what = found === undefined ? `are not ${format.name}` : `are those of ${found.name}`;
    const hint = found === lookalikes[0] ? " Check out with Git LFS (lfs: true)." : "";
    return `The name ends in ${suffix}, but the first bytes ${what}.${hint}`;
  }
  if (format.isWhole?.(sample) === false) {
    return `The ${format.name} file is cut short: its end is missing.`;
  }
  return undefined;
}
