// Of how many files something is said shows in the words.
import { unrestProblems, windowsNotices } from "../../src/files/file-set-words";

test.each([
  [["a?.jpg"], "a?.jpg can't be unpacked on Windows: its name is not allowed there."],
  [
    ["b.jpg", "a?.jpg", "c?.jpg", "d?.jpg"],
    "a?.jpg and 2 more can't be unpacked on Windows: their names are not allowed there.",
  ],
])("names that Windows does not allow: %j", (paths, text) => {
  expect(windowsNotices(paths)).toEqual([{ text }]);
});

test.each([
  [["a.jpg"], [], 1, "the only file was written within the last 1 minute;"],
  [["a.jpg", "b.jpg"], [], 5, "all 2 files were written within the last 5 minutes;"],
  [[], ["a.jpg"], 0, "the only file disappeared while it was read"],
  [
    ["a.jpg"],
    ["b.jpg", "c.jpg"],
    5,
    "1 file was written within the last 5 minutes, and 2 files disappeared while they were read;",
  ],
  [[], ["a.jpg", "b.jpg"], 0, "all 2 files disappeared while they were read"],
])("files in motion: %j, %j", (young, changed, minAgeMinutes, text) => {
  const left = { unindexed: [], junk: 0, ignored: [], evicted: [], unlisted: [], young, changed };
  const problems = unrestProblems({ files: [], leftOut: left }, { minAgeMinutes });
  expect(problems).toEqual([
    { input: "include", text: expect.stringContaining(`No file is left: ${text}`) as string },
  ]);
});
