// Is a file what its suffix says, and is it whole? Knows nothing of the disk.
//
// A file is called wrong only if its suffix's own signature is missing and a library, file-type, does not take it for
// that format either; the library then names what it is. It is not asked about every file (all measured with 21.3.4):
// - from the first bytes it does not know some right files: a TIFF whose directory comes last (as libtiff writes it),
//   QuickTime that begins with `skip` or `pnot`; and MCAP, PLY, Git LFS pointers and HTML it does not know at all;
// - it takes 8 to 50 µs a file, gzip 300 to 400 as it looks inside, where all that is done here takes about 25 of the
//   processor's time; and 50 ms to load, with its eight packages.
// It is an ES module, imported when first needed: a `require` of it would warn on Node 22.12 outside of node_modules.
import type { EndingName } from "./endings";
import { suffixOf } from "../media";

export interface Sample {
  readonly sizeBytes: number;
  /** The first `HEAD_BYTES`, or all of a smaller file. */
  readonly head: Buffer;
  /** What the function in `endings` said of it. */
  readonly isWhole: boolean;
}

interface Format {
  readonly name: string;
  readonly starts: (head: Buffer) => boolean;
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
const gzip: Format = { name: "gzip", starts: at(0, "\x1f\x8b"), extensions: ["gz", "tar.gz"] };

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
  [".alp.gz", gzip],
]);

const LFS_POINTER = "a Git LFS pointer";
// What is often found in place of an image, and the library does not know.
const lookalikes: readonly Pick<Format, "name" | "starts">[] = [
  { name: LFS_POINTER, starts: at(0, "version https://git-lfs") },
  { name: "HTML", starts: (head) => /^\s*<(?:!doctype html|html)/i.test(head.toString("latin1")) },
];

/** Which function in `endings` can say whether a file of this name is whole. */
export function endingOf(path: string): EndingName | undefined {
  return formatOfSuffix.get(suffixOf(path))?.ending;
}

/** What is wrong with the content, in one sentence; `undefined` when nothing is, or the suffix has no signature. */
export async function contentProblem(path: string, sample: Sample): Promise<string | undefined> {
  if (sample.sizeBytes === 0) return "The file is empty.";
  const suffix = suffixOf(path);
  const format = formatOfSuffix.get(suffix);
  if (format === undefined) return undefined;
  if (!format.starts(sample.head)) {
    const found = await foundInstead(sample.head);
    if (found.extension === undefined || !format.extensions.includes(found.extension)) {
      const what =
        found.name === undefined ? `are not ${format.name}` : `are those of ${found.name}`;
      const hint = found.name === LFS_POINTER ? " Check out with Git LFS (lfs: true)." : "";
      return `The name ends in ${suffix}, but the first bytes ${what}.${hint}`;
    }
  }
  return sample.isWhole ? undefined : `The ${format.name} file is cut short: its end is missing.`;
}

interface Found {
  /** As in a sentence. */
  readonly name?: string | undefined;
  /** As the library calls it. */
  readonly extension?: string;
}

async function foundInstead(head: Buffer): Promise<Found> {
  const nameIn = (known: Iterable<Pick<Format, "name" | "starts">>): string | undefined =>
    [...known].find(({ starts }) => starts(head))?.name;
  const lookalike = nameIn(lookalikes);
  if (lookalike !== undefined) return { name: lookalike };
  return (await typeOf(head)) ?? { name: nameIn(formatOfSuffix.values()) };
}

async function typeOf(head: Buffer): Promise<Found | undefined> {
  try {
    // An ES module, loaded only for bytes that are not what the suffix says.
    const { fileTypeFromBuffer } = await import("file-type/core");
    const type = await fileTypeFromBuffer(head);
    return type && { extension: type.ext, name: `a .${type.ext} file (${type.mime})` };
  } catch {
    // The bytes are anyone's, and its parsers many: a name that can't be found is no reason to stop an upload.
    return undefined;
  }
}
