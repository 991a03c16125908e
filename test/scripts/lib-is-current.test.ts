import { rmSync, utimesSync } from "node:fs";
import { isCurrent } from "../../scripts/lib-is-current.js";
import { createTempTree, type TempTree } from "../support/temp-tree";

const SETTINGS = {
  "package.json": "{}",
  "package-lock.json": "{}",
  "tsconfig.json": "{}",
  "tsconfig.build.json": "{}",
  "scripts/bundle-package.js": "",
};
const SOURCES = {
  "src/flow/one.ts": "",
  "src/flow/two.ts": "",
  "provider/index.ts": "",
  "action/run.ts": "",
  "emulator/main.ts": "",
};
const FOLDERS = ["src", "src/flow", "provider", "action", "emulator"];

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ ...SETTINGS, ...SOURCES, "lib/core.js": "" });
  const paths = [...Object.keys(SETTINGS), ...Object.keys(SOURCES), ...FOLDERS];
  for (const path of paths) utimesSync(tree.at(path), 1000, 1000);
  utimesSync(tree.at("lib/core.js"), 2000, 2000);
});
afterEach(() => {
  tree.remove();
});

test("what is newer than all that it is made from need not be made again", () => {
  expect(isCurrent(tree.root)).toBe(true);
});

test.each([
  ["is not there", () => rmSync(tree.at("lib/core.js"))],
  ["was made before a source was changed", () => tree.write({ "src/flow/one.ts": "changed" })],
  ["was made before a source was added", () => tree.write({ "emulator/api/new.ts": "" })],
  ["was made before a source was removed", () => rmSync(tree.at("src/flow/two.ts"))],
  ["was made of other packages", () => tree.write({ "package-lock.json": '{ "other": 1 }' })],
  ["was made with other settings", () => tree.write({ "tsconfig.build.json": '{ "other": 1 }' })],
])("what %s is made again", (_what, change) => {
  change();
  expect(isCurrent(tree.root)).toBe(false);
});
