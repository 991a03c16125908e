import { join } from "node:path";
import { flawProblem, headProblem } from "../../src/files/content/content";
import { endingOf } from "../../src/files/content/formats";
import { readFileSet } from "../../src/files/file-set";
import { createTempTree, jpeg, png } from "../support/temp-tree";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const check = async (path: string, content: Buffer): Promise<string | undefined> => {
  const sample = { sizeBytes: content.length, head: content.subarray(0, 512), flaw: undefined };
  return ((await headProblem(path, sample)) ?? flawProblem(path, sample.flaw))?.text;
};

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
    ["a.episode", bytes("anything")],
    ["a.splat", Buffer.alloc(64, 7)],
    ["a.spz", bytes("\x1f\x8b\x08")],
    ["a.spz", bytes("NGSP\x04\0\0\0")],
    ["a.sog", bytes("PK\x03\x04")],
    ["a.ksplat", bytes("\0\x01\0\0")],
    ["a.txt", bytes("anything")],
    ["index.html", bytes("<!doctype html><html>")],
    ["README.md", bytes("<html><p>About</p>")],
    ["voc.xml", bytes("<?xml version='1.0'?><annotation><filename>a.jpg</filename></annotation>")],
    ["errors.xml", bytes("<Errors><Message>none</Message></Errors>")],
    ["coco.json", bytes('{"info": {}, "images": [], "annotations": []}')],
    ["boxes.json", bytes('{"error": 0.02, "boxes": []}')],
    ["chat.json", bytes('{"message": "hello", "type": "greeting"}')],
    ["run.json", bytes('{"status": "ok", "errors": []}')],
    ["big.json", bytes(`{"error": {"message": "${"x".repeat(600)}"}}`)],
    ["labels.txt", bytes("version of the labels: 2")],
    ["code.vue", bytes("<html>")],
    ["empty.json", bytes("{}")],
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
    ["a.jpg", bytes('{"images": []}'), "those of JSON"],
    ["a.spz", bytes("PK\x03\x04" + "\0".repeat(60)), "application/zip"],
    ["a.sog", bytes("\x1f\x8b\x08" + "\0".repeat(60)), "application/gzip"],
    ["a.jpg", Buffer.alloc(100), "not JPEG"],
    ["a.png", bytes("\x89PN"), "not PNG"],
  ])("is told: %s (%#)", async (path, content, what) =>
    expect(await check(path, content)).toContain(what),
  );

  test("is told for an empty file of any suffix", async () => {
    expect(await check("a.splat", Buffer.alloc(0))).toContain("empty");
  });

  test("has no end that could be missing where nothing tells ends", () => {
    expect(["a.alp.gz", "a.episode", "a.txt"].map(endingOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("what is often found in the place of a file", () => {
  const suffixes = ["jpg", "mcap", "alp", "alp.gz", "episode", "splat", "ksplat", "ply", "spz"];
  const others = ["txt", "csv", "bin", "whatever", "json", "xml"];
  const notFound = '{"error":{"code":404,"message":"No such object","errors":[]}}';
  test.each([...[...suffixes, ...others].map((suffix) => `a.${suffix}`), "LICENSE"])(
    "is known under any suffix: %s",
    async (path) => {
      expect(await check(path, pointer)).toContain("a Git LFS pointer. Check out with Git LFS");
      expect(await check(path, bytes("/annex/objects/MD5E-s7--1.jpg\n"))).toContain("git-annex");
      expect(await check(path, html)).toContain("those of HTML");
      expect(
        await check(path, bytes("<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>")),
      ).toContain("an error in XML");
      for (const text of [
        notFound,
        '{"detail":"Not found."}',
        '{"error":"Repository not found"}',
        '\xef\xbb\xbf{"message":"Not Found","documentation_url":"https://x","status":"404"}',
      ]) {
        expect(await check(path, bytes(text))).toContain("an error in JSON");
      }
    },
  );

  test("is a long error in JSON where no text can be right", async () => {
    const long = bytes(`{"error": "${"x".repeat(2000)}"}`);
    expect(await check("a.alp", long)).toContain("an error in JSON");
    expect(await check("a.json", long)).toBeUndefined();
  });
});

describe("real files", () => {
  const folder = join(__dirname, "../../examples");
  test("are fine: every photograph and every other file of the examples", async () => {
    const set = await readFileSet({
      root: folder,
      include: ["**", "!**/node_modules/**"],
      dataType: "image",
      unindexed: "send",
    });
    expect(set.files.length).toBeGreaterThan(20);
    expect(set.contents).toEqual([]);
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
