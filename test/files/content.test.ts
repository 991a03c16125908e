import { contentProblem, endingOf } from "../../src/files/content/content";
import { readFileSet } from "../../src/files/file-set";
import { createTempTree, jpeg, png } from "../support/temp-tree";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const check = async (path: string, content: Buffer): Promise<string | undefined> =>
  contentProblem(path, {
    sizeBytes: content.length,
    head: content.subarray(0, 512),
    isWhole: true,
  });

const chunk = (type: string, length: number): Buffer =>
  Buffer.concat([
    bytes("\0\0"),
    Buffer.from([length >> 8, length & 255]),
    bytes(type),
    Buffer.alloc(length + 4),
  ]);
const pngOf = (...chunks: Buffer[]): Buffer =>
  Buffer.concat([bytes("\x89PNG\r\n\x1a\n"), chunk("IHDR", 13), ...chunks]);
const html = bytes("\n<!DOCTYPE html><html>");
const pointer = bytes("version https://git-lfs.github.com/spec/v1\n");

function tar(): Buffer {
  const file = Buffer.alloc(1024);
  file.write("a.jpg", 0, "latin1");
  file.write("ustar\0" + "00", 257, "latin1");
  file.write("        ", 148, "latin1");
  const sum = file.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  file.write(sum.toString(8).padStart(6, "0") + "\0 ", 148, "latin1");
  return file;
}

describe("content that is what its suffix says", () => {
  test.each([
    ["a.jpg", jpeg("x".repeat(200))],
    ["a.JPEG", Buffer.concat([jpeg(), Buffer.alloc(20)])],
    ["a.png", png("x".repeat(200))],
    ["animated.png", pngOf(chunk("acTL", 8))],
    ["profile.png", pngOf(chunk("iCCP", 60_000))],
    ["a.gif", bytes("GIF89a......;")],
    ["a.webp", bytes("RIFF\0\0\0\0WEBPVP8 ....")],
    ["a.bmp", bytes("BM\x10\0\0\0..........")],
    ["directory-last.tif", bytes("II*\0\xff\xff\0\0")],
    ["a.tiff", bytes("MM\0*....")],
    ["big.tif", bytes("II+\0....")],
    ["a.mp4", bytes("\0\0\0\x20ftypisom")],
    ["phone.mp4", bytes("\0\0\0\x18ftyp3gp5\0\0\0\0isom3gp5")],
    ["a.mov", bytes("\0\0\0\x14ftypqt  ")],
    ["old.mov", bytes("\0\0\0\x08wide\0\0\0\0mdat")],
    ["older.mov", bytes("\0\0\0\x14pnot............")],
    ["piece.mp4", bytes("\0\0\0\x20moof................")],
    ["a.mkv", bytes("\x1aE\xdf\xa3")],
    ["a.webm", bytes("\x1aE\xdf\xa3")],
    ["a.mcap", bytes("\x89MCAP0\r\n.....\x89MCAP0\r\n")],
    ["a.ply", bytes("ply\nformat ascii 1.0\n")],
    ["a.compressed.ply", bytes("ply\r\nformat")],
    ["a.alp.gz", bytes("\x1f\x8b\x08")],
    ["a.heic", bytes("\0\0\0\x18ftypheic")],
    ["a.alp", bytes("anything")],
    ["a.splat", bytes("anything")],
    ["a.txt", bytes("anything")],
  ])("is fine: %s", async (path, content) => expect(await check(path, content)).toBeUndefined());
});

describe("content that is something else", () => {
  test.each([
    ["a.jpg", pngOf(chunk("IDAT", 10)), "those of a .png file (image/png)"],
    ["a.jpg", pngOf(chunk("acTL", 8)), "image/apng"],
    ["a.jpg", bytes("\x89PNG\r\n\x1a\n"), "those of PNG"],
    ["a.png", jpeg(), "those of a .jpg file (image/jpeg)"],
    ["a.jpg", pointer, "Check out with Git LFS"],
    ["a.mcap", pointer, "those of a Git LFS pointer"],
    ["a.jpg", html, "those of HTML"],
    ["a.jpg", bytes("\0\0\0\x18ftypheic\0\0\0\0mif1heic"), "image/heic"],
    ["a.mp4", bytes("\0\0\0\x18ftypavif\0\0\0\0mif1avif"), "image/avif"],
    ["a.mp4", bytes("\x1aE\xdf\xa3"), "Matroska"],
    ["a.jpg", bytes("II*\0\xff\xff\xff\0"), "TIFF"],
    ["a.mcap", bytes("PK\x03\x04" + "\0".repeat(60)), "application/zip"],
    ["a.ply", bytes("\x1f\x8b\x08" + "\0".repeat(60)), "application/gzip"],
    ["a.jpg", bytes("\x89MCAP0\r\n.........."), "those of MCAP"],
    ["a.alp.gz", bytes("plain"), "not gzip"],
    ["a.jpg", bytes("%PDF-1.7"), "application/pdf"],
    ["a.jpg", tar(), "application/x-tar"],
    ["a.jpg", bytes("<?xml version='1.0'?><Error/>"), "xml"],
    ["a.jpg", Buffer.alloc(100), "not JPEG"],
    ["a.png", bytes("\x89PN"), "not PNG"],
  ])("is told: %s (%#)", async (path, content, what) =>
    expect(await check(path, content)).toContain(what),
  );

  test("is told for an empty file of any suffix", async () => {
    expect(await check("a.splat", Buffer.alloc(0))).toContain("empty");
  });

  test("has no end that could be missing where nothing tells ends", () => {
    expect(["a.alp.gz", "a.splat", "a.txt"].map(endingOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("checkContent", () => {
  const in_ = createTempTree({
    "a.jpg": jpeg(),
    "b.jpg": png(),
    "c.jpg": "",
    "d.png": png("x".repeat(99)).subarray(0, 70),
  });
  afterAll(() => in_.remove());
  const options = { root: in_.root, include: ["**"] };

  test("warns of each file", async () => {
    const { notices, files } = await readFileSet(options);
    expect(files).toHaveLength(4);
    expect(notices.map(({ path }) => path)).toEqual(["b.jpg", "c.jpg", "d.png"]);
  });
  test("refuses all of them at once", async () => {
    await expect(readFileSet({ ...options, checkContent: "error" })).rejects.toMatchObject({
      code: "input",
      problems: [{ input: "b.jpg" }, { input: "c.jpg" }, { input: "d.png" }],
    });
  });
  test("says nothing when it is off", async () => {
    expect((await readFileSet({ ...options, checkContent: "off" })).notices).toEqual([]);
  });
});
