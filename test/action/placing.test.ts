// Files into the user's folder: all of them or none.
import { readdirSync, readFileSync } from "node:fs";
import promises from "node:fs/promises";
import { placeAll } from "../../action/placing";
import { createTempTree, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ "new/a.json": "new a", "new/b.json": "new b", "new/in/c.json": "new c" });
});
afterEach(() => {
  jest.restoreAllMocks();
  tree.remove();
});

const paths = ["a.json", "b.json", "in/c.json"];
const place = (): Promise<readonly string[]> =>
  placeAll(
    paths.map((path) => ({ from: tree.at(`new/${path}`), path })),
    tree.at("out"),
  );

function found(): string[] {
  const entries = readdirSync(tree.at("out"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test("go where they belong, in a folder that need not be there", async () => {
  expect(await place()).toEqual(paths.map((path) => tree.at(`out/${path}`)));
  expect(readFileSync(tree.at("out/in/c.json"), "utf8")).toBe("new c");
});

test("may be there already with the same content, and the rest comes beside them", async () => {
  tree.write({ "out/b.json": "new b", "out/mine.txt": "mine" });
  await place();
  expect(found().sort()).toEqual(["a.json", "b.json", "c.json", "mine.txt"]);
});

test.each([
  ["a file of another content", "b.json", "mine", "with other content"],
  ["a folder", "b.json/x.txt", "mine", "with other content"],
  ["a file where a folder must be", "in", "mine", "where in is a file"],
])("%s in the way of one keeps all of them out", async (_name, path, content, text) => {
  tree.write({ [`out/${path}`]: content });
  const error = await rejectionOf(place());
  expect(error.code).toBe("file");
  expect(error.message).toContain(text);
  expect(found()).toEqual([path.split("/").at(-1)]);
  expect(readFileSync(tree.at(`out/${path}`), "utf8")).toBe(content);
});

test.each([
  ["a link", { link: "../elsewhere" }],
  ["a link to nothing", { link: "../nowhere" }],
])("%s on the way to one keeps all of them out", async (_name, link) => {
  tree.write({ elsewhere: null, "out/in": link });
  const error = await rejectionOf(place());
  expect(error.message).toContain("through a link");
  expect(found()).toEqual([]);
  expect(readdirSync(tree.at("elsewhere"))).toEqual([]);
});

test("are taken away again when a later one can't be written, but not what was there", async () => {
  tree.write({ "out/a.json": "new a" });
  const { copyFile } = promises;
  let copies = 0;
  jest.spyOn(promises, "copyFile").mockImplementation(async (from, to, mode) => {
    await copyFile(from, to, mode);
    copies += 1;
    if (copies === 2) throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
  });
  await expect(place()).rejects.toThrow("ENOSPC");
  expect(found()).toEqual(["a.json"]);
});
