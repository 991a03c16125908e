// The files that a step writes are there as a whole, or not at all.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { write } from "../../action/report/step-files";
import { createTempTree, type TempTree } from "../support/temp-tree";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree();
});
afterEach(() => tree.remove());

function* cutShort(): Generator<string> {
  yield "half a line, ".repeat(10_000);
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

test.each(["plan.json", "SHA256SUMS"])("a %s that is cut short leaves none", async (name) => {
  const { root: folder } = tree;
  const written = write(folder, name, cutShort());
  await expect(written).rejects.toMatchObject({ code: "file" });
  await expect(written).rejects.toThrow(join(folder, name));
  expect(readdirSync(folder)).toEqual([]);
});

test("one that is written again and cut short leaves the one before", async () => {
  const { root: folder } = tree;
  const file = await write(folder, "SHA256SUMS", ["a\n", "b\n"]);
  await expect(write(folder, "SHA256SUMS", cutShort())).rejects.toMatchObject({ code: "file" });
  expect(readFileSync(file, "utf8")).toBe("a\nb\n");
  expect(existsSync(`${file}.new`)).toBe(false);
});
