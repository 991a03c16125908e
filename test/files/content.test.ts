import { contentProblem, type Sample } from "../../src/files/content";
import { readFileSet } from "../../src/files/file-set";
import { createTempTree, jpeg, png } from "../support/temp-tree";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const sample = (content: Buffer): Sample => ({
  sizeBytes: content.length,
  head: content.subarray(0, 64),
  tail: content.subarray(-64),
});
const check = (path: string, content: Buffer): string | undefined =>
  contentProblem(path, sample(content));

function riff(sizeBytes: number): Buffer {
  const file = bytes("RIFF\0\0\0\0WEBPVP8 ....");
  file.writeUInt32LE(sizeBytes - 8, 4);
  return file;
}

describe("content that is what its suffix says", () => {
  test.each([
    ["a.jpg", jpeg("x".repeat(200))],
    ["a.JPEG", Buffer.concat([jpeg(), Buffer.alloc(20)])],
    ["a.png", png("x".repeat(200))],
    ["a.gif", bytes("GIF89a......;")],
    ["a.webp", riff(20)],
    ["a.bmp", bytes("BM\x10\0\0\0..........")],
    ["a.tif", bytes("II*\0....")],
    ["a.tiff", bytes("MM\0*....")],
    ["big.tif", bytes("II+\0....")],
    ["a.mp4", bytes("\0\0\0\x20ftypisom")],
    ["a.mov", bytes("\0\0\0\x14ftypqt  ")],
    ["old.mov", bytes("\0\0\0\x08wide\0\0\0\0mdat")],
    ["a.mkv", bytes("\x1aE\xdf\xa3")],
    ["a.webm", bytes("\x1aE\xdf\xa3")],
    ["a.mcap", bytes("\x89MCAP0\r\n.....\x89MCAP0\r\n")],
    ["a.ply", bytes("ply\nformat ascii 1.0\n")],
    ["a.compressed.ply", bytes("ply\r\nformat")],
    ["a.alp.gz", bytes("\x1f\x8b\x08")],
    ["a.alp", bytes("anything")],
    ["a.splat", bytes("anything")],
    ["a.txt", bytes("anything")],
  ])("is fine: %s", (path, content) => expect(check(path, content)).toBeUndefined());
});

describe("content that is something else", () => {
  test.each([
    ["a.jpg", png(), "PNG"],
    ["a.png", jpeg(), "JPEG"],
    ["a.jpg", bytes("version https://git-lfs.github.com/spec/v1\n"), "Git LFS"],
    ["a.jpg", bytes("\n<!DOCTYPE html><html>"), "HTML"],
    ["a.jpg", bytes("\0\0\0\x18ftypheic"), "HEIF"],
    ["a.mp4", bytes("\0\0\0\x18ftypavif"), "HEIF"],
    ["a.mp4", bytes("\x1aE\xdf\xa3"), "Matroska"],
    ["a.mcap", bytes("PK\x03\x04"), "ZIP"],
    ["a.ply", bytes("\x1f\x8b"), "gzip"],
    ["a.alp.gz", bytes("plain"), "not gzip"],
    ["a.jpg", bytes("%PDF-1.7"), "PDF"],
    ["a.jpg", Buffer.alloc(100), "not JPEG"],
    ["a.png", bytes("\x89PN"), "not PNG"],
  ])("is told: %s (%#)", (path, content, what) => expect(check(path, content)).toContain(what));

  test("is told for an empty file of any suffix", () => {
    expect(check("a.splat", Buffer.alloc(0))).toContain("empty");
  });
});

describe("content that is cut short", () => {
  test.each([
    ["a.jpg", jpeg("x".repeat(200)).subarray(0, 150)],
    ["a.png", png("x".repeat(200)).subarray(0, 150)],
    ["a.gif", bytes("GIF89a......")],
    ["a.webp", riff(4000)],
    ["a.bmp", bytes("BM\xff\0\0\0....")],
    ["a.mcap", bytes("\x89MCAP0\r\n.....")],
  ])("is told: %s", (path, content) => expect(check(path, content)).toContain("cut short"));
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
