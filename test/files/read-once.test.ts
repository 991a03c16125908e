// A file that fits into one read is opened once: looked at and hashed from the same bytes.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import { hashFiles } from "../../src/files/hash";
import { startSettledCache } from "../support/settled-cache";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";

jest.mock("node:fs", () => {
  const real = jest.requireActual<typeof fs>("node:fs");
  return { ...real, openSync: jest.fn(real.openSync), readSync: jest.fn(real.readSync) };
});

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree();
  jest.mocked(fs.openSync).mockClear();
});
afterEach(() => tree.remove());

const read = (): Promise<FileSet> => readFileSet({ root: tree.root, include: ["**"] });
const opened = (name: string): number =>
  jest.mocked(fs.openSync).mock.calls.filter(([path]) => path === tree.at(name)).length;
const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const realRead = jest.requireActual<typeof fs>("node:fs").readSync as (
  handle: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => number;
type ReadSync = typeof realRead;
const atNextRead = (readSync: ReadSync): void => {
  jest.mocked(fs.readSync as ReadSync).mockImplementationOnce(readSync);
};

test("a small file is opened once for its look and its digest", async () => {
  tree.write({ "a.jpg": jpeg("a"), "empty.jpg": "" });
  const { files } = await read();
  const { entries } = await hashFiles(files);
  expect(opened("a.jpg")).toBe(1);
  expect(opened("empty.jpg")).toBe(1);
  expect(entries.map(({ sha256 }) => sha256)).toEqual([
    sha256Of(jpeg("a")),
    sha256Of(new Uint8Array()),
  ]);
});

test("a small file that was looked at is not opened by a process that looks again", async () => {
  const kept = createTempTree();
  try {
    tree.write({ "a.jpg": jpeg("a") });
    const look = async (): Promise<readonly [sha256: string | undefined, recalled: number]> => {
      const cache = startSettledCache({ folder: kept.at("digests") });
      const { files, known, recalledCount } = await readFileSet(
        { root: tree.root, include: ["**"] },
        { cache },
      );
      const { entries } = await hashFiles(files, { known });
      return [entries[0]?.sha256, recalledCount];
    };
    expect(await look()).toEqual([sha256Of(jpeg("a")), 0]);
    expect(await look()).toEqual([sha256Of(jpeg("a")), 1]);
    expect(opened("a.jpg")).toBe(1);
  } finally {
    kept.remove();
  }
});

test.each([65_534, 65_535, 65_536, 65_537])("a file of %d bytes has its digest", async (bytes) => {
  const content = jpeg("x".repeat(bytes - jpeg().length));
  tree.write({ "a.jpg": content });
  const { entries } = await hashFiles((await read()).files);
  expect(entries).toEqual([{ path: "a.jpg", sizeBytes: bytes, sha256: sha256Of(content) }]);
});

test("a small file that is written to while it is read has no digest of half of both", async () => {
  tree.write({ "a.jpg": jpeg("a") });
  atNextRead((...args) => {
    const length = realRead(...args);
    fs.writeFileSync(tree.at("a.jpg"), jpeg("b"));
    fs.utimesSync(tree.at("a.jpg"), 1, 1);
    return length;
  });
  const { files } = await read();
  expect(files).toMatchObject([{ path: "a.jpg", sha256: undefined }]);
  const { entries } = await hashFiles(files);
  expect(entries).toMatchObject([{ sha256: sha256Of(jpeg("b")) }]);
});

test("a small file that grows while it is read is refused by name", async () => {
  tree.write({ "a.jpg": jpeg("a") });
  atNextRead((...args) => {
    fs.appendFileSync(tree.at("a.jpg"), "more");
    return realRead(...args);
  });
  const { files } = await read();
  await expect(hashFiles(files)).rejects.toMatchObject({
    code: "file_changed",
    message: expect.stringContaining("a.jpg") as string,
  });
});

test("a small file of which a read gives less than there is has its digest all the same", async () => {
  tree.write({ "a.jpg": jpeg("abc") });
  atNextRead((handle, buffer, offset, length, position) =>
    realRead(handle, buffer, offset, Math.min(3, length), position),
  );
  const { files, notices } = await read();
  expect(notices).toEqual([]);
  const { entries } = await hashFiles(files);
  expect(entries).toMatchObject([{ sha256: sha256Of(jpeg("abc")) }]);
});
