import { orderNotices } from "../../src/files/scan/order";
import { comparePaths } from "../../src/files/manifest/manifest";

const textsOf = (...paths: string[]): string[] =>
  orderNotices([...paths].sort(comparePaths)).map(({ text }) => text);
const numbered = (name: (number: number) => string, count = 11): string[] =>
  Array.from({ length: count }, (_, index) => name(index + 1));

describe("numbers that sort otherwise than they count get a notice", () => {
  test.each([
    ["lidar, whatever it is called", numbered((n) => `drive/${n}.alp`), "drive", "11.alp", "2.alp"],
    ["frames", numbered((n) => `frame_${n}.jpg`), "the root", "frame_11.jpg", "frame_2.jpg"],
    ["a folder of frames", numbered((n) => `a/Frames/${n}.png`), "a/Frames", "11.png", "2.png"],
    [
      "a number in the middle",
      numbered((n) => `seq/f${n}_left.jpg`),
      "seq",
      "f11_left.jpg",
      "f1_left.jpg",
    ],
    [
      "one number of several",
      numbered((n) => `x/cam2_frame${n}_v3.jpg`),
      "x",
      "cam2_frame11_v3.jpg",
      "cam2_frame1_v3.jpg",
    ],
  ])("%s", (_name, paths, where, first, then) => {
    const texts = textsOf(...paths);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain(`In ${where}, ${first} comes before ${then}`);
  });
});

describe("no notice is there for", () => {
  test.each([
    ["numbers with zeros before them", numbered((n) => `frame_${String(n).padStart(3, "0")}.jpg`)],
    ["numbers of one length", numbered((n) => `frames/${n + 99}.jpg`)],
    ["images that are no frames", numbered((n) => `photos/IMG_${n}.jpg`)],
    ["words that only begin so", numbered((n) => `framed/scanner${n}.jpg`)],
    ["two files", ["frame_10.jpg", "frame_2.jpg"]],
    ["times with fractions", ["f/frame_1.25.jpg", "f/frame_1.5.jpg", "f/frame_1.125.jpg"]],
    ["names that differ in more", ["frames/a10.jpg", "frames/b2.jpg", "frames/c1.jpg"]],
    ["frames of several folders", ["frames/10/a.jpg", "frames/2/a.jpg", "frames/1/a.jpg"]],
  ])("%s", (_name, paths) => {
    expect(textsOf(...paths)).toEqual([]);
  });
});

test("it is one for each folder, three at most, and one that counts the rest", () => {
  const folders = numbered((n) => `drive${n}`, 9);
  const texts = textsOf(...folders.flatMap((folder) => numbered((n) => `${folder}/${n}.alp`, 200)));
  expect(texts).toHaveLength(4);
  expect(texts[3]).toContain("6 more folders");
});

test("a name is words in it, and a long one costs no time", () => {
  const odd = numbered((n) => `frames/\u001b[2J${n}.jpg`);
  expect(textsOf(...odd)[0]).not.toContain("\u001b");
  const long = "1a".repeat(120);
  expect(textsOf(...numbered((n) => `frames/${long}${n}.jpg`, 2000))).toEqual([]);
});
