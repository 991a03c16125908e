// Space that was reserved and never written: files of the right length, with zeros in the place of their last bytes.
import fc from "fast-check";
import { endings } from "../../src/files/content/endings";
import { endingOf } from "../../src/files/content/formats";
import { HEAD_BYTES, type Flaw } from "../../src/files/content/open-file";
import * as built from "../support/built-files";
import { box } from "../support/built-files";
import { spz4Of, spzOf } from "../support/built-splats";

const latin = (text: string): Buffer => Buffer.from(text, "latin1");

function flawOf(path: string, content: Buffer): Flaw | undefined {
  const ending: (typeof endings)["gif"] = endings[endingOf(path)!];
  return ending({
    sizeBytes: content.length,
    head: content.subarray(0, HEAD_BYTES),
    read: (position, length) => {
      if (!(position >= 0 && position <= content.length + 65_536)) throw new RangeError("position");
      return content.subarray(position, position + Math.min(length, 65_536));
    },
  });
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, n) => bytes.writeUInt32BE(value, n * 4));
  return bytes;
}

interface FilmForm {
  readonly codec?: string;
  readonly isIndexLast?: boolean;
}

/** One track of one chunk, of samples of 1000 bytes and what is left. */
function filmOf(media: Buffer, { codec = "avc1", isIndexLast = false }: FilmForm = {}): Buffer {
  const ftyp = box("ftyp", latin("isom\0\0\x02\0isom"));
  const count = Math.ceil(media.length / 1000);
  const sizes = Array.from({ length: count }, (_, n) => Math.min(1000, media.length - n * 1000));
  const moovOf = (at: number): Buffer => {
    const stbl = box(
      "stbl",
      Buffer.concat([
        box("stsd", Buffer.concat([u32(0, 1, 16), latin(codec), u32(0, 0)])),
        box("stsc", u32(0, 1, 1, count, 1)),
        box("stsz", u32(0, 0, count, ...sizes)),
        box("stco", u32(0, 1, at)),
      ]),
    );
    return box("moov", box("trak", box("mdia", box("minf", stbl))));
  };
  const moovBytes = moovOf(0).length;
  const mdat = box("mdat", media);
  return isIndexLast
    ? Buffer.concat([ftyp, mdat, moovOf(ftyp.length + 8)])
    : Buffer.concat([ftyp, moovOf(ftyp.length + moovBytes + 8), mdat]);
}

const element = (id: string, content: Buffer): Buffer => {
  const size = u32(content.length);
  size.writeUInt8(size.readUInt8(0) | 0x10);
  return Buffer.concat([latin(id), size, content]);
};

/** Tracks, a cluster of blocks, and cues behind it. */
function recordingOf(blocks: readonly Buffer[], codec = "V_MPEG4/ISO/AVC"): Buffer {
  const tracks = element(
    "\x16\x54\xae\x6b",
    latin(`\x86${String.fromCharCode(0x80 | codec.length)}${codec}`),
  );
  const cluster = element(
    "\x1f\x43\xb6\x75",
    Buffer.concat(blocks.map((block) => element("\xa3", block))),
  );
  const cues = element("\x1c\x53\xbb\x6b", latin("cues"));
  const head = element("\x1a\x45\xdf\xa3", latin("\x42\x82\x81x"));
  return Buffer.concat([head, element("\x18\x53\x80\x67", Buffer.concat([tracks, cluster, cues]))]);
}

function webpOf(kind: string, pixels: Buffer, ...after: readonly Buffer[]): Buffer {
  const chunk = (type: string, content: Buffer): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(content.length);
    return Buffer.concat([latin(type), size, content, Buffer.alloc(content.length % 2)]);
  };
  const content = Buffer.concat([
    latin("WEBP"),
    chunk(kind, pixels),
    ...after.map((one) => chunk("EXIF", one)),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([latin("RIFF"), size, content]);
}

/** The head of a picture of so many pixels each way. */
function vp8Of(pixels: number): Buffer {
  const head = latin("abc\x9d\x01\x2a\0\0\0\0");
  head.writeUInt16LE(pixels, 6);
  head.writeUInt16LE(pixels, 8);
  return head;
}

// None of them zero, and none that ends a picture or begins a block.
const dense = Buffer.alloc(30_000, latin("\x11\x22\x33\x44\x55"));
const tiff = (compression: number, isDirectoryFirst: boolean): Buffer =>
  built.tiffOf(dense, { isLittle: true, isBig: false, isDirectoryFirst, compression });

/** What its last bytes were is zeros now; with `spare`, but for the very last ones. */
function withZeros(content: Buffer, bytes: number, spare = 0): Buffer {
  const copy = Buffer.from(content);
  return copy.fill(0, copy.length - spare - bytes, copy.length - spare);
}

const formats: readonly [string, string, Buffer, number?][] = [
  ["a JPEG", "a.jpg", built.jpegOf(dense)],
  ["a PNG", "a.png", built.pngOf(Buffer.alloc(400_000, dense))],
  ["a GIF", "a.gif", built.gifOf(dense)],
  ["a WebP", "a.webp", webpOf("VP8 ", Buffer.concat([vp8Of(640), dense]))],
  ["a lossless WebP", "a.webp", webpOf("VP8L", dense)],
  ["a WebP, before its descriptions", "a.webp", webpOf("VP8L", dense, latin("II*\0 Exif")), 18],
  ["a TIFF, before its directory", "a.tif", tiff(5, false), 66],
  ["a TIFF whose directory is first", "a.tif", tiff(8, true)],
  ["a film", "a.mp4", filmOf(dense)],
  ["a film, before its index", "a.mov", filmOf(dense, { isIndexLast: true }), 154],
  ["a recording", "a.mkv", recordingOf([dense.subarray(0, 5000), dense.subarray(0, 9000)])],
  ["a recording, before its cues", "a.webm", recordingOf([dense], "V_VP9"), 12],
  ["splats in a gzip", "a.spz", spzOf(randomBytes(9000), { version: 2, degree: 3 })],
  ["splats in streams", "a.spz", spz4Of([dense, dense])],
];

/** The same on each run, and hard to pack. */
function randomBytes(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647) & 255),
  );
}

describe.each(formats)("%s", (_, path, whole, spare) => {
  test("is whole as it is", () => {
    expect(flawOf(path, whole)).toBeUndefined();
  });
  test.each([4096, 5000, 8000])("that ends in %d zeros is not", (bytes) => {
    expect(flawOf(path, withZeros(whole, bytes, spare))).toBeDefined();
  });
});

describe("zeros that belong to a right file", () => {
  const zeros = Buffer.alloc(20_000);
  const silent = Buffer.concat([dense, zeros]);
  test.each<[string, string, Buffer]>([
    [
      "sound that is not compressed, where it is silent",
      "a.mov",
      filmOf(silent, { codec: "sowt" }),
    ],
    ["the same in Matroska", "a.mkv", recordingOf([dense, silent], "A_PCM/INT/LIT")],
    ["a film with room behind it", "a.mp4", Buffer.concat([filmOf(dense), zeros])],
    [
      "a film with a box of room behind it",
      "a.mp4",
      Buffer.concat([filmOf(dense), box("free", zeros)]),
    ],
    ["a black picture that is not compressed", "a.tif", tiff(1, true).fill(0, 200)],
    ["a bitmap", "a.bmp", built.bmpOf(zeros)],
    ["a description behind a picture", "a.webp", webpOf("VP8 ", dense, zeros)],
    ["room behind an animation", "a.gif", Buffer.concat([built.gifOf(dense), zeros])],
    ["room behind a picture", "a.png", Buffer.concat([built.pngOf(dense), zeros])],
    ["points", "a.ply", built.plyOf(zeros, "\n")],
  ])("%s", (_, path, content) => {
    // Of a PLY nothing is missing, whether it is of splats or not.
    const flaw = flawOf(path, content);
    expect(flaw === "not a splat" ? undefined : flaw).toBeUndefined();
  });

  test("a large even plane of WebP, which codes it so", () => {
    const black = webpOf("VP8 ", Buffer.concat([vp8Of(16_000), zeros]));
    expect(flawOf("a.webp", black)).toBeUndefined();
    const small = webpOf("VP8 ", Buffer.concat([vp8Of(640), zeros]));
    expect(flawOf("a.webp", small)).toBe("ends in zeros");
  });

  test("strips that a writer left out, as they are empty", () => {
    const sparse = built.tiffOf(dense, {
      isLittle: true,
      isBig: false,
      isDirectoryFirst: true,
      compression: 1,
    });
    // Neither place nor length.
    for (const tag of [273, 279]) {
      const at = sparse.indexOf(Buffer.from([tag & 255, tag >> 8, 4, 0]));
      sparse.fill(0, at + 8, at + 12);
    }
    expect(flawOf("a.tif", sparse.subarray(0, 100))).toBeUndefined();
  });
});

test("whatever is in a film's tables, it is looked at without harm", () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 255)), { maxLength: 20 });
  fc.assert(
    fc.property(fc.constantFrom(filmOf(dense), recordingOf([dense])), changes, (content, all) => {
      const garbled = Buffer.from(content);
      for (const [at, value] of all) garbled[at % 600] = value;
      for (const path of ["a.mp4", "a.mkv"]) expect(() => flawOf(path, garbled)).not.toThrow();
    }),
    { numRuns: 500 },
  );
});
