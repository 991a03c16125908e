// A line that matches nothing says why. The disk is a list of paths here.
import { matchingPaths } from "../../src/files/scan/patterns/matching";
import { parsePatterns } from "../../src/files/scan/patterns/patterns";
import type { DiskView } from "../../src/files/scan/disk-view";
import { otherSuffixes } from "../../src/files/scan/patterns/missing-names";
import { slipOf } from "../../src/files/scan/patterns/slips";

interface Disk {
  readonly separator?: "/" | "\\";
  readonly links?: readonly string[];
  readonly folders?: readonly string[];
}

/** As the scan looks at a tree, on paths that are nowhere. */
function lookAt(
  paths: readonly string[],
  { separator = "/", links = [], folders = [] }: Disk = {},
): DiskView {
  const root = "/data/photos";
  return {
    root,
    separator,
    matches: (text, anyCase = false) => {
      const { lines, problems } = parsePatterns({
        ...{ include: [text], exclude: [], roots: [root], separator, home: "/home/me" },
      });
      const [line] = lines;
      if (line === undefined || problems.length > 0) return [];
      const globs = line.literal === undefined ? [line.glob] : [line.glob, `${line.glob}/**`];
      if (!anyCase) return matchingPaths(paths, globs);
      const lower = matchingPaths(
        paths.map((path) => path.toLowerCase()),
        globs.map((glob) => glob.toLowerCase()),
      );
      return paths.filter((path) => lower.includes(path.toLowerCase()));
    },
    namesIn: (folder) => {
      const start = folder === "" ? "" : `${folder}/`;
      const all = [...paths, ...folders];
      const inside = all
        .filter((path) => path.startsWith(start))
        .map((path) => path.slice(start.length));
      if (folder !== "" && inside.length === 0) return folders.includes(folder) ? [] : undefined;
      return [...new Set(inside.map((path) => path.split("/")[0] ?? ""))].filter(
        (name) => name !== "",
      );
    },
    isSkippedLink: (path) => links.includes(path),
  };
}

const PATHS = [
  "images/a.jpg",
  "images/b.JPG",
  "images/deep/c.jpg",
  "take [01-02]/d (2).jpg",
  "caf\u00e9/e.jpg",
  "e\u0301te.jpg",
  "video.dvc",
  "day_01/f.jpg",
];

test.each([
  ["double quotes", '"images/*.jpg"', "quotes", "write images/*.jpg"],
  ["single quotes", "'images/a.jpg'", "quotes", "write images/a.jpg"],
  ["typographic quotes", "“images/a.jpg”", "quotes", "write images/a.jpg"],
  [
    "a name as Git quotes it",
    '"caf\\303\\251/e.jpg"',
    "name café/e.jpg as Git quotes it",
    "core.quotePath",
  ],
  ["a deleted file", "images/gone.jpg", "no such file", "--diff-filter=d"],
  ["commas", "images/a.jpg,images/deep/c.jpg", "commas", "one per line"],
  ["commas and blanks", "images/*.jpg, labels/*.png", "commas", "one per line"],
  ["spaces", "images/a.jpg images/deep/c.jpg", "spaces", "one per line"],
  ["a list marker", "- images/*.jpg", "YAML list", "write images/*.jpg"],
  ["a comment behind it", "images/*.jpg # the good ones", "comment", "write images/*.jpg"],
  ["backslashes", "images\\deep\\*.jpg", "backslash", "write images/deep/*.jpg"],
  ["another user's home", "~me/images/*.jpg", "~me is not expanded", "only a plain ~"],
  ["the home as a variable", "$HOME/images/*", "$HOME is not expanded", "write ~"],
  ["a variable in braces", "${DATA}/images/*", "${DATA} is not expanded", "its value"],
  ["a variable of Windows", "%USERPROFILE%/images/*", "%USERPROFILE% is not expanded", "write ~"],
  ["brackets of a folder's name", "take [01-02]/*.jpg", "brackets", "write take \\[01-02\\]/*.jpg"],
  ["parentheses of a file's name", "take*/d (2).jpg", "brackets", "\\(2\\)"],
  ["NFD where the disk has NFC", "cafe\u0301/*.jpg", "composed (NFC) on disk", "write *"],
  ["NFC where the disk has NFD", "\u00e9te.jpg", "decomposed (NFD) on disk", "write *"],
  ["what DVC has not pulled", "video/*.mp4", "video.dvc is there and video is not", "dvc pull"],
  ["the root's own name", "photos/images/*.jpg", "relative to root", "write images/*.jpg"],
  ["a path from further up", "data/photos/images/*.jpg", "relative to root", "write images/*.jpg"],
  ["a folder in capitals", "Images/*.jpg", "case matters", "images on disk"],
  ["a slip of a finger", "imags/*.jpg", "imags is not there, but images is", ""],
  ["a folder that is not there", "labels/*.png", "there is no folder labels in root", ""],
  ["a file in the place of a folder", "images/a.jpg/*.png", "images/a.jpg is a file", ""],
])("%s", (_name, line, reason, way) => {
  const text = slipOf(line, lookAt(PATHS)) ?? "";
  expect(text).toContain(reason);
  expect(text).toContain(way);
});

test("a suffix in the other case names a file that is there", () => {
  expect(slipOf("images/deep/*.JPG", lookAt(PATHS))).toMatch(/case matters.*images\/deep\/c\.jpg/);
});

test("a suffix that no file has names those that are there", () => {
  const paths = ["images/a.jpg", "images/b.jpg", "images/c.png", "images/.keep.txt"];
  const text = "the files there have other suffixes: .jpg (2), .png (1)";
  expect(otherSuffixes("images/*.jpeg", lookAt(paths))).toBe(text);
  expect(otherSuffixes("**/*.{jpeg,webp}", lookAt(paths))).toBe(text);
  expect(otherSuffixes("labels/*.jpeg", lookAt(paths))).toBeUndefined();
});

test.each([
  ["photos/*.png", "3 .png files are in subfolders; write photos/**/*.png"],
  ["*.png", "3 .png files are in subfolders; write **/*.png"],
  ["photos/a/*.png", "1 .png file is in subfolders; write photos/a/**/*.png"],
  ["photos/img_*", "1 matching file is in subfolders; write photos/**/img_*"],
  ["photos/**/*.webp", undefined],
  ["photos/*.webp", undefined],
])("files that lie deeper than %s looks are counted, with the line for them", (line, text) => {
  const paths = ["b.jpg", "photos/a/deep/1.png", "photos/b/2.png", "photos/c/img_3.png"];
  expect(slipOf(line, lookAt(paths))).toBe(text);
});

test("a numbered folder is not another with a slip in it", () => {
  expect(slipOf("day_02/*.jpg", lookAt(PATHS))).toBe("there is no folder day_02 in root");
});

test("on Windows brackets are escaped by brackets, and backslashes are separators", () => {
  const look = lookAt(PATHS, { separator: "\\" });
  expect(slipOf("take [01-02]\\*.jpg", look)).toContain("write take [[]01-02[]]");
});

test("links that are skipped are named, on the way to the files and the files themselves", () => {
  const links = ["images", "day_01/f.jpg"];
  expect(
    slipOf("images/*.jpg", lookAt(["day_01/f.jpg"], { links, folders: ["images"] })),
  ).toContain("images is a symbolic link, which symlinks: skip leaves out");
  expect(slipOf("day_01/*", lookAt(PATHS, { links }))).toContain("day_01/f.jpg is a symbolic link");
});

test("a folder without files is said to be empty", () => {
  expect(slipOf("new/*.jpg", lookAt(PATHS, { folders: ["new/empty"] }))).toBeUndefined();
  expect(slipOf("new/empty/*.jpg", lookAt(PATHS, { folders: ["new/empty"] }))).toBe(
    "new/empty is empty",
  );
  expect(slipOf("new/x/*.jpg", lookAt(["new/.keep"]))).toBe("there is no folder x in new");
});
