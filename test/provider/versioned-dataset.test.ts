// What is refused while the program runs, before the engine hears of anything.
import { RunError } from "@pulumi/pulumi";
import { VersionedDataset } from "../../provider/index";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";

let tree: TempTree;
let unindexed: TempTree;
beforeAll(() => {
  unindexed = createTempTree({ "a/1.txt": "a", "b/2.txt": "b" });
  tree = createTempTree({ "a/1.jpg": jpeg("a"), "b/2.jpg": jpeg("b") });
});
afterAll(() => {
  tree.remove();
  unindexed.remove();
});

const refused = (args: object): RunError => {
  try {
    new VersionedDataset("training", { root: tree.root, partitionDepth: 1, ...args });
  } catch (error) {
    if (RunError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("was not refused");
};

test("a glob that matches nothing is an error, and not the end of every dataset", () => {
  const { message } = refused({ include: ["**/*.jpeg"] });
  expect(message).toContain("VersionedDataset training: include: nothing in root");
  expect(message).toContain(tree.root);
  expect(message).toContain("**/*.jpeg");
});

test("with the likely reason", () => {
  expect(refused({ include: ["**/*.JPG"] }).message).toMatch(/\*\*\/\*\.JPG \(case matters/);
});

test("so is a set of which Avala would index nothing, with what is there", () => {
  const { message } = refused({ root: unindexed.root });
  expect(message).toMatch(/include: Avala would index nothing of root .*2 \.txt/);
});

test("so is a folder that has gone empty", () => {
  expect(refused({ exclude: ["a", "b"] }).message).toContain("nothing in root");
});

test("a root that is not there is one message, without the stack of a crash", () => {
  const { message } = refused({ root: tree.at("absent") });
  expect(message).toMatch(/^VersionedDataset training: root: .*absent does not exist/);
});

test.each([2, -1, "1", 0.5])("a partitionDepth of %j is refused", (partitionDepth) => {
  expect(refused({ partitionDepth }).message).toContain("partitionDepth: must be 0 or 1");
});

test("a root that is no plain text is refused, as it is listed while the program runs", () => {
  expect(refused({ root: Promise.resolve("images") }).message).toContain(
    "root: must be plain text",
  );
});
