// Files into the user's folder: all of them or none.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import promises from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { placeAll, placeFolder } from "../../action/export/place-files";
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
    new AbortController().signal,
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
  ["a file where a folder must be", "in", "mine", "in is a file there"],
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
  const error = await rejectionOf(place());
  expect(error.code).toBe("file");
  expect(error.message).toContain("ENOSPC");
  expect(error.message).toContain(tree.at("out"));
  expect(error.hint).toContain("Free space");
  expect(found()).toEqual(["a.json"]);
});

test.each(["../out.json", "in/../../out.json", "/out.json", "in//x", "a\\..\\b", "."])(
  "lead nowhere else, also where nothing is there yet: %s",
  async (path) => {
    const work = placeAll(
      [{ from: tree.at("new/a.json"), path }],
      tree.at("not/there"),
      new AbortController().signal,
    );
    expect((await rejectionOf(work)).code).toBe("bad_reply");
    expect(readdirSync(tree.root)).toEqual(["new"]);
  },
);

describe("when the run is stopped", () => {
  test("those that were put there are taken away again, and their folders", async () => {
    tree.write({ "out/mine.txt": "mine" });
    const controller = new AbortController();
    const { copyFile } = promises;
    let copies = 0;
    jest.spyOn(promises, "copyFile").mockImplementation(async (from, to, mode) => {
      await copyFile(from, to, mode);
      copies += 1;
      if (copies === 3) controller.abort();
    });
    const files = ["a.json", "deep/er/b.json", "in/c.json", "in/d.json"].map((path) => ({
      from: tree.at("new/a.json"),
      path,
    }));
    const error = await rejectionOf(placeAll(files, tree.at("out"), controller.signal));
    expect(error.code).toBe("cancelled");
    expect(copies).toBe(3);
    expect(readdirSync(tree.at("out"))).toEqual(["mine.txt"]);
    copies = 0;
    const stopped = placeAll(files, tree.at("new/folders/out"), controller.signal);
    expect((await rejectionOf(stopped)).code).toBe("cancelled");
    expect(readdirSync(tree.at("new"))).not.toContain("folders");
  });

  test("a large one is not copied to its end", async () => {
    tree.write({ "new/large": Buffer.alloc(64 * 1024 * 1024) });
    const controller = new AbortController();
    const work = placeAll(
      [{ from: tree.at("new/large"), path: "large" }],
      tree.at("out"),
      controller.signal,
    );
    while (!existsSync(tree.at("out/large"))) await nextTurn();
    controller.abort();
    expect((await rejectionOf(work)).code).toBe("cancelled");
    expect(existsSync(tree.at("out"))).toBe(false);
  });
});

describe("a whole folder", () => {
  const signal = new AbortController().signal;

  test("is put in place in one step where nothing is there", async () => {
    const places = await placeFolder(tree.at("new"), paths, tree.at("out"), signal);
    expect(places).toEqual(paths.map((path) => tree.at(`out/${path}`)));
    expect(readdirSync(tree.root)).toEqual(["out"]);
  });

  test("comes beside what is there, and below folders that are not", async () => {
    tree.write({ "out/mine.txt": "mine" });
    await placeFolder(tree.at("new"), paths, tree.at("out"), signal);
    expect(found().sort()).toEqual(["a.json", "b.json", "c.json", "mine.txt"]);
    await placeFolder(tree.at("new"), paths, tree.at("not/there"), signal);
    expect(readFileSync(tree.at("not/there/in/c.json"), "utf8")).toBe("new c");
  });
});

test("two that the folder's disk takes for one are named, and none is left", async () => {
  tree.write({ "new/A.json": "new A" });
  const { copyFile } = promises;
  // As a disk does that does not tell upper from lower case.
  jest.spyOn(promises, "copyFile").mockImplementation(async (from, to, mode) => {
    if (String(to).endsWith("/A.json"))
      throw Object.assign(new Error("EEXIST: file already exists"), { code: "EEXIST" });
    await copyFile(from, to, mode);
  });
  const pair = ["a.json", "A.json"].map((path) => ({ from: tree.at(`new/${path}`), path }));
  const error = await rejectionOf(placeAll(pair, tree.at("out"), new AbortController().signal));
  expect(error.code).toBe("file");
  expect(error.message).toMatch(/A\.json and a\.json are both in the export/);
  expect(existsSync(tree.at("out"))).toBe(false);
});
