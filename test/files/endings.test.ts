import fc from "fast-check";
import { flawProblem, headProblem } from "../../src/files/content/content";
import { endingOf } from "../../src/files/content/formats";
import { endings } from "../../src/files/content/endings";
import { readFileSet } from "../../src/files/file-set";
import { inspectFiles } from "../../src/files/inspect";
import { inspect } from "../../src/files/workers/jobs";
import { HEAD_BYTES, type Flaw } from "../../src/files/content/open-file";
import { createTempTree } from "../support/temp-tree";
import * as built from "../support/built-files";
import * as splats from "../support/built-splats";

const latin = (text: string): Buffer => Buffer.from(text, "latin1");

interface Work {
  reads: number;
  bytes: number;
}

function flawOf(
  path: string,
  content: Buffer,
  work: Work = { reads: 0, bytes: 0 },
): Flaw | undefined {
  const ending: (typeof endings)["gif"] = endings[endingOf(path)!];
  return ending({
    sizeBytes: content.length,
    head: content.subarray(0, HEAD_BYTES),
    read: (position, length) => {
      // As a disk would, but for a read just behind the end, which gives nothing.
      if (!(position >= 0 && position <= content.length + 65_536)) throw new RangeError("position");
      const bytes = content.subarray(position, position + Math.min(length, 65_536));
      work.reads += 1;
      work.bytes += bytes.length;
      return bytes;
    },
  });
}

const problem = async (path: string, content: Buffer): Promise<string | undefined> => {
  const head = content.subarray(0, HEAD_BYTES);
  const flaw = flawOf(path, content);
  // Of a PLY that is not one of splats nothing is missing.
  const sample = {
    sizeBytes: content.length,
    head,
    flaw: flaw === "not a splat" ? undefined : flaw,
  };
  return ((await headProblem(path, sample)) ?? flawProblem(path, sample.flaw))?.text;
};

const bytes = fc
  .uint8Array({ minLength: 9, maxLength: 400 })
  .map((array) => Buffer.from(array.buffer, array.byteOffset, array.length));
const tiffForm = fc.record({
  isLittle: fc.boolean(),
  isBig: fc.boolean(),
  isDirectoryFirst: fc.boolean(),
  compression: fc.constantFrom(1, 5, 8),
});
const mp4Form = fc.record({ isIndexFirst: fc.boolean(), isLong: fc.boolean() });

const eol = fc.constantFrom("\n", "\r\n", "\r");
const level = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const spzForm = fc.record({
  version: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
  degree: fc.integer({ min: 0, max: 4 }),
});

/** A name, its files, and how many of their last bytes readers do without. */
const formats: readonly [string, fc.Arbitrary<Buffer>, number?][] = [
  ["a.jpg", bytes.map(built.jpegOf)],
  ["a.png", bytes.map(built.pngOf)],
  ["a.gif", bytes.map(built.gifOf), 1],
  ["a.webp", bytes.map(built.webpOf)],
  ["a.bmp", bytes.map((pixels) => built.bmpOf(pixels))],
  ["a.tif", fc.tuple(bytes, tiffForm).map(([pixels, form]) => built.tiffOf(pixels, form))],
  ["a.mp4", fc.tuple(bytes, mp4Form).map(([media, form]) => built.mp4Of(media, form))],
  ["a.heic", bytes.map(built.heifOf)],
  [
    "a.webm",
    fc.tuple(bytes, fc.integer({ min: 2, max: 8 })).map(([b, n]) => built.matroskaOf(b, n)),
  ],
  ["a.mcap", bytes.map(built.mcapOf)],
  ["a.ply", fc.tuple(bytes, eol).map(([points, form]) => built.plyOf(points, form))],
  // Two digits fewer of the last number, and its line's end, leave a text that is whole as far as it shows.
  ["b.ply", fc.tuple(bytes, eol).map(([points, form]) => built.textPlyOf(points, form)), 4],
  ["c.ply", fc.tuple(bytes, fc.boolean()).map(([points, isBig]) => built.meshPlyOf(points, isBig))],
  ["a.tiff", fc.tuple(bytes, fc.boolean()).map(([b, is]) => built.subsampledTiffOf(b, is))],
  ["a.spz", fc.tuple(bytes, spzForm).map(([b, form]) => splats.spzOf(b, form))],
  ["b.spz", fc.array(bytes, { minLength: 1, maxLength: 6 }).map(splats.spz4Of)],
  [
    "a.ksplat",
    fc.tuple(bytes, level, level).map(([b, l, degree]) => splats.ksplatOf(b, l, degree)),
  ],
  [
    "a.sog",
    fc.tuple(bytes, fc.constantFrom("", "made by hand")).map(([b, c]) => splats.sogOf(b, c)),
  ],
];

/** Of what returns whether it is so: each `expect` takes longer than the look at such a file. */
const { assert: expectToHold } = fc;

describe.each(formats)("%s", (path, files, spare = 0) => {
  test("is never called wrong when it is whole", async () => {
    await expectToHold(
      fc.asyncProperty(files, async (content) => (await problem(path, content)) === undefined),
    );
  });

  test("is noticed wherever it is cut before its end", async () => {
    await expectToHold(
      fc.asyncProperty(files, fc.nat(), async (content, n) => {
        const cut = content.subarray(0, n % (content.length - spare));
        return (await problem(path, cut)) !== undefined;
      }),
      { numRuns: 300 },
    );
  });

  test("is looked at without harm whatever its bytes are", () => {
    expectToHold(
      fc.property(files, fc.nat(), bytes, (content, n, junk) => {
        const start = content.subarray(0, n % content.length);
        flawOf(path, Buffer.concat([start, junk, content]));
      }),
    );
  });

  const changes = fc.array(
    fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 4, 8, 255), fc.integer({ min: 1, max: 8 })),
    { maxLength: 12 },
  );
  test("takes no more work than its size allows, whatever numbers are in it", () => {
    expectToHold(
      fc.property(files, changes, (content, overwritten) => {
        const garbled = Buffer.from(content);
        for (const [at, value, length] of overwritten) {
          const from = at % garbled.length;
          garbled.fill(value, from, Math.min(garbled.length, from + length));
        }
        const work = { reads: 0, bytes: 0 };
        flawOf(path, garbled, work);
        const mayBeRead = { reads: garbled.length + 100, bytes: 100 * garbled.length + 65_536 };
        return work.reads < mayBeRead.reads && work.bytes < mayBeRead.bytes;
      }),
      { numRuns: 500 },
    );
  });
});

const media = Buffer.alloc(300, 7);
const mp4 = built.mp4Of(media, { isIndexFirst: true, isLong: false });
const ftyp = built.box("ftyp", latin("isom\0\0\x02\0isom"));
const moof = built.box("moof", media);
const mdat = built.box("mdat", media);
const webm = built.matroskaOf(media, 8);
const unknownLength = Buffer.from(webm);
unknownLength.fill(0xff, unknownLength.length - 307, unknownLength.length - 300);
unknownLength[unknownLength.length - 308] = 0x01;

describe("content with an odd end that readers accept is whole", () => {
  test.each<[string, string, Buffer[]]>([
    ["a film with zeros after it", "a.mp4", [mp4, Buffer.alloc(100)]],
    ["a film with a few zeros after it", "a.mp4", [mp4, Buffer.alloc(4)]],
    ["a film with text after it", "a.mp4", [mp4, latin("recorded by nobody in particular")]],
    ["a film with padding", "a.mov", [mp4, built.box("free", media)]],
    ["padding longer than the film", "a.mp4", [mp4, built.box("free", media).subarray(0, 20)]],
    ["a film with boxes nobody knows", "a.mp4", [mp4, built.box("abcd", media), mdat]],
    [
      "media up to the end",
      "a.mov",
      [ftyp, built.box("moov", media), latin("\0\0\0\0mdat1234567")],
    ],
    ["a film in pieces", "a.mp4", [ftyp, built.box("moov", built.box("mvex")), moof, mdat]],
    ["the head of one", "a.mp4", [ftyp, built.box("moov", built.box("mvex"))]],
    ["one piece", "a.mp4", [built.box("styp", latin("msdh\0\0\0\0msdh")), moof, mdat]],
    ["a live recording", "a.webm", [unknownLength]],
    ["a photo with a film after it", "a.jpg", [built.jpegOf(media), mp4]],
    ["a picture with more after it", "a.png", [built.pngOf(media), Buffer.alloc(1000, 1)]],
    ["an animation with more after it", "a.gif", [built.gifOf(media), Buffer.alloc(1000, 1)]],
    ["an animation without its trailer", "a.gif", [built.gifOf(media).subarray(0, -1)]],
    ["a picture with a wrong length", "a.bmp", [built.bmpOf(media, 1_000_000)]],
    [
      "a text of points",
      "a.ply",
      [latin("ply\nformat ascii 1.0\nelement vertex 2\nproperty int x\nend_header\n1\n2")],
    ],
  ])("%s", async (_, path, parts) => {
    expect(await problem(path, Buffer.concat(parts))).toBeUndefined();
  });
});

test("a picture of which only the preview is left is cut short", async () => {
  const [photo, preview] = [built.jpegOf(media), 15];
  expect(await problem("a.jpg", photo.subarray(0, preview))).toContain("truncated");
  expect(await problem("a.jpg", photo.subarray(0, preview + 30))).toContain("truncated");
});

describe("content that has lost more than its last bytes is cut short", () => {
  test.each<[string, string, Buffer[]]>([
    ["a film without its index", "a.mp4", [ftyp, mdat]],
    ["a recording that was never ended", "a.mov", [ftyp, latin("\0\0\0\0mdat1234567")]],
    ["a film without its media", "a.mp4", [ftyp, built.box("moov", built.box("trak"))]],
    ["a film that is but its name", "a.mp4", [ftyp]],
    ["a film in pieces, in the middle of one", "a.mp4", [ftyp, moof, mdat.subarray(0, 100)]],
    [
      "a text of too few points",
      "a.ply",
      [latin("ply\nformat ascii 1.0\nelement vertex 9\nproperty int x\nend_header\n1\n2")],
    ],
  ])("%s", async (_, path, parts) => {
    expect(await problem(path, Buffer.concat(parts))).toContain("truncated");
  });
});

test.each(["0.3", "-1000", "1e3", "many", "9".repeat(30)])(
  "a PLY of %s points, which nothing can be counted by, is taken as it is",
  async (count) => {
    const head = `ply\nformat binary_little_endian 1.0\nelement vertex ${count}\nproperty float x\nelement face 2\nproperty list uchar int v\nend_header\n`;
    expect(
      await problem("a.ply", Buffer.concat([latin(head), Buffer.alloc(300, 1)])),
    ).toBeUndefined();
    expect(
      await problem("a.ply", Buffer.concat([latin(head), Buffer.alloc(100_000, 1)])),
    ).toBeUndefined();
    const text = head.replace("binary_little_endian", "ascii");
    expect(await problem("a.ply", latin(text + "1 2\n".repeat(30_000)))).toBeUndefined();
  },
);

test("a fault of the look itself is not one of the file", () => {
  const job = { kind: "inspect", sampleBytes: 512, maxReads: 9, maxReadBytes: 99 } as const;
  expect(() => inspect({ ...job, paths: ["a\0.ply"], endings: ["ply"] })).toThrow("null bytes");
  const { faults } = inspect({ ...job, paths: ["/nowhere/a.ply"], endings: ["ply"] });
  expect(faults).toEqual([{ index: 0, code: "ENOENT" }]);
});

test("recordings cut short are named among many files, which threads look at", async () => {
  const names = Array.from({ length: 4010 }, (_, n) => `clip-${String(n).padStart(4, "0")}.mp4`);
  const in_ = createTempTree(Object.fromEntries(names.map((name) => [name, mp4])));
  in_.write({ "clip-0007.mp4": mp4.subarray(0, -1), "clip-4009.mp4": latin("plain text") });
  const { notices } = await readFileSet({ root: in_.root, include: ["**"] });
  expect(notices.map(({ path }) => path)).toEqual(["clip-0007.mp4", "clip-4009.mp4"]);
  expect(notices[0]!.text).toBe("The MP4 or QuickTime file is truncated: its end is missing.");
  in_.remove();
});

/** A picture of `pages` directories, each with `entries` times the same tag of 64 KiB of values, the last before `next`. */
function repeatingTiff(pages: number, entries: number, next: number): Buffer {
  const pageBytes = 2 + entries * 12 + 4;
  const content = Buffer.alloc(8 + pages * pageBytes + 65_536);
  content.write("II*\0\x08", "latin1");
  for (let page = 0, at = 8; page < pages; page += 1, at += pageBytes) {
    content.writeUInt16LE(entries, at);
    for (let entry = at + 2; entry < at + 2 + entries * 12; entry += 12) {
      [273, 4].forEach((value, n) => content.writeUInt16LE(value, entry + n * 2));
      const values = [16_384, 8 + pages * pageBytes];
      values.forEach((value, n) => content.writeUInt32LE(value, entry + 4 + n * 4));
    }
    content.writeUInt32LE(page + 1 < pages ? at + pageBytes : next, at + pageBytes - 4);
  }
  return content;
}

describe("a picture made to stall the check", () => {
  test("is read once where one tag is named again and again, in a directory that follows itself", () => {
    const work = { reads: 0, bytes: 0 };
    expect(flawOf("a.tif", repeatingTiff(1, 5000, 8), work)).toBeUndefined();
    expect(work.reads).toBeLessThan(10);
  });

  test("is read in part where many directories name the same bytes as ever more values", () => {
    const pageBytes = 2 + 9 * 12 + 4;
    const content = Buffer.alloc(131_072);
    content.write("II*\0\x08", "latin1");
    for (let at = 8; at + pageBytes < content.length; at += pageBytes) {
      content.writeUInt16LE(9, at);
      [256, 257, 258, 259, 273, 277, 279, 324, 325].forEach((tag, n) => {
        const entry = at + 2 + n * 12;
        content.writeUInt16LE(tag, entry);
        content.writeUInt16LE(1, entry + 2);
        content.writeUInt32LE(60_000, entry + 4);
        content.writeUInt32LE(8, entry + 8);
      });
      content.writeUInt32LE(at + pageBytes, at + pageBytes - 4);
    }
    const work = { reads: 0, bytes: 0 };
    expect(flawOf("a.tif", content, work)).toBeUndefined();
    expect(work.bytes).toBeLessThan(1_000_000);
  });

  test("is given up at the job's bounds where many directories name much to read", () => {
    const in_ = createTempTree({
      "a.tif": repeatingTiff(200, 1, 0),
      "b.gif": built.gifOf(media),
    });
    const look = (maxReads: number, maxReadBytes: number) =>
      inspect({
        kind: "inspect",
        paths: [in_.at("a.tif"), in_.at("b.gif")],
        sampleBytes: HEAD_BYTES,
        endings: ["tiff", "gif"],
        maxReads,
        maxReadBytes,
      });
    expect(look(50_000, 100_000_000)).toMatchObject({ undecided: [], flaws: [] });
    expect(look(50, 100_000_000)).toMatchObject({ undecided: [0], flaws: [] });
    expect(look(50_000, 1_000_000)).toMatchObject({ undecided: [0], flaws: [] });
    in_.remove();
  });
});

describe("among a few files, which are looked at in the process itself", () => {
  // Its blocks are of one byte, so that all of it has to be walked through.
  const long = Buffer.concat([built.gifOf(media).subarray(0, 40), Buffer.alloc(4_000_000, 1)]);

  test("one that takes a long look is judged all the same", async () => {
    const in_ = createTempTree({
      "a.jpg": built.jpegOf(media),
      "long.gif": long,
      "z.mp4": "plain",
    });
    const { notices } = await readFileSet({ root: in_.root, include: ["**"] });
    expect(notices.map(({ path }) => path)).toEqual(["long.gif", "z.mp4"]);
    in_.remove();
  });

  test("a signal is heard between them", async () => {
    const names = Array.from({ length: 400 }, (_, n) => `clip-${n}.mp4`);
    const in_ = createTempTree(Object.fromEntries(names.map((name) => [name, mp4])));
    const candidates = {
      paths: names,
      insideOf: (path: string) => path,
      absoluteOf: (path: string) => in_.at(path),
      isNamed: () => false,
    };
    const controller = new AbortController();
    const { signal } = controller;
    const inspecting = inspectFiles(candidates, { checkContent: "warn", signal });
    setImmediate(() => controller.abort());
    await expect(inspecting).rejects.toMatchObject({ code: "cancelled" });
    in_.remove();
  });
});
