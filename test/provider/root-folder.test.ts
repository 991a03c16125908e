// A relative root is one folder for the program and for the provider, or it is refused.
import os from "node:os";
import { isAbsolute } from "node:path";
import { folderOfRoot } from "../../provider/process/root-folder";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { checked, createBench, failuresOf, type Bench } from "../support/provider";

let program: TempTree;
let bench: Bench;
beforeEach(async () => {
  program = createTempTree({ "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b") });
  bench = await createBench({ "images/c.jpg": jpeg("c"), "empty.txt": "" });
});
afterEach(async () => {
  jest.restoreAllMocks();
  program.remove();
  await bench.stop();
});

test("is the program's, which is the same as the provider's as a rule", () => {
  const folders = { program: program.root, provider: program.root };
  expect(folderOfRoot("images", folders)).toBe(program.root);
});

test("is where there is such a folder, when one of both has it", () => {
  expect(folderOfRoot("images", { program: program.root, provider: "/" })).toBe(program.root);
  const folders = { program: bench.tree.at("none"), provider: program.root };
  expect(folderOfRoot("images", folders)).toBe(program.root);
});

test("is refused when each of both has another", () => {
  expect(() =>
    folderOfRoot("images", { program: program.root, provider: bench.tree.root }),
  ).toThrow(expect.objectContaining({ code: "input" }) as Error);
});

test("that is absolute is the same for both", () => {
  const folders = { program: "/nowhere", provider: "/elsewhere" };
  expect(folderOfRoot(program.at("images"), folders)).toBe("/elsewhere");
});

test("that starts at the user's home is the same for both, and stays as it was written", async () => {
  jest.spyOn(os, "homedir").mockReturnValue(program.root);
  const folders = { program: "/nowhere", provider: "/elsewhere" };
  expect(folderOfRoot("~/images", folders)).toBe("/elsewhere");
  const given = { root: "~/images", allowLinkTargets: ["~/images"], include: ["~/images/a*"] };
  const inputs = await checked(bench.handlers().fileSet, { ...given, versionOf: "pets" });
  expect(inputs).toMatchObject({ ...given, fileCount: 1 });
});

test("is read and sent from the program's folder, and no absolute path is in inputs or outputs", async () => {
  const handler = bench.handlers().fileSet;
  const call = { folder: program.root };
  const inputs = await checked(handler, { root: "images", versionOf: "pets", call });
  expect(inputs.fileCount).toBe(2);
  const { outs } = await handler.create(inputs);
  expect(outs?.fileCount).toBe(2);
  const texts = [inputs, outs].map((properties) => JSON.stringify(properties));
  expect(texts.filter((text) => text.includes(program.root))).toEqual([]);
  expect(isAbsolute(inputs.root)).toBe(false);
});

test("that the provider's own folder has too is a failure of root", async () => {
  const here = createTempTree({ "test/a.jpg": jpeg("a") });
  const given = { root: "test", versionOf: "pets", call: { folder: here.root } };
  const failures = await failuresOf(bench.handlers().fileSet, given);
  expect(failures.map(({ property }) => property)).toEqual(["root"]);
  here.remove();
});
