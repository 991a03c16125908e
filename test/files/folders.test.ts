// Folders are made with an end, whatever stands in their way.
import { symlinkSync } from "node:fs";
import { makeFolder } from "../../src/flow/disk/folders";
import { createTempTree, type TempTree } from "../support/temp-tree";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ file: "x", there: null });
});
afterEach(() => tree.remove());

const onLinux = process.platform === "linux" ? test : test.skip;

test("makes what is missing, and returns the first that it made", async () => {
  expect(await makeFolder(tree.at("there/a/b"))).toBe(tree.at("there/a"));
  expect(await makeFolder(tree.at("there/a/b"))).toBeUndefined();
});

test("takes a link to a folder for the folder", async () => {
  symlinkSync(tree.at("there"), tree.at("link"));
  expect(await makeFolder(tree.at("link"))).toBeUndefined();
});

test.each([["file"], ["file/below"], ["nowhere"]])(
  "fails where %s is not a folder",
  async (name) => {
    symlinkSync(tree.at("not there"), tree.at("nowhere"));
    await expect(makeFolder(tree.at(name))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:EEXIST|ENOTDIR|ENOENT)$/) as string,
    });
  },
);

onLinux("ends where a folder takes no others", async () => {
  await expect(makeFolder("/proc/avala/state")).rejects.toMatchObject({ code: "ENOENT" });
});
