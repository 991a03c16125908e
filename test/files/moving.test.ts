// Files in motion: written just now, or changing while they are read.
import { appendFileSync, mkdirSync, readSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import { hashFiles } from "../../src/files/hash";
import { hashStill } from "../../src/files/moving";
import { createTempTree, largeJpeg as jpeg, type TempTree } from "../support/temp-tree";

jest.mock("node:fs", () => {
  const real = jest.requireActual<{ readonly readSync: typeof readSync }>("node:fs");
  return { ...real, readSync: jest.fn(real.readSync) };
});

const nowMs = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;
let in_: TempTree;
/** Path → how many minutes ago it was written. */
function treeOf(ages: Readonly<Record<string, number>>): void {
  in_ = createTempTree(Object.fromEntries(Object.keys(ages).map((path) => [path, jpeg(path)])));
  for (const [path, age] of Object.entries(ages)) {
    const seconds = (nowMs - age * minute) / 1000;
    utimesSync(in_.at(path), seconds, seconds);
  }
}
afterEach(() => in_.remove());

const read = (more: Partial<FileSetOptions> = {}): Promise<FileSet> =>
  readFileSet({ root: in_.root, include: ["**"], ...more }, { nowMs });
const pathsOf = ({ files }: FileSet): string[] => files.map(({ path }) => path);

describe("what was written just now", () => {
  beforeEach(() => treeOf({ "a.jpg": 60, "b.jpg": 5, "c.jpg": 4.9, "d.jpg": -600, "n.txt": 1 }));

  test("is left out and counted, also where its time is in the future", async () => {
    const set = await read({ minAgeMinutes: 5 });
    expect(pathsOf(set)).toEqual(["a.jpg", "b.jpg"]);
    expect(set.leftOut.young).toEqual(["c.jpg", "d.jpg"]);
    expect(set).toMatchObject({ indexedCount: 2, notices: [] });
    expect(pathsOf(await read())).toHaveLength(4);
  });

  test("is so by the clock of its time, which the machine's may have been set to", async () => {
    const nowMsOfMachine = jest.spyOn(Date, "now").mockReturnValue(nowMs);
    const set = await readFileSet({ root: in_.root, include: ["**"], minAgeMinutes: 5 });
    nowMsOfMachine.mockRestore();
    expect(pathsOf(set)).toEqual(["a.jpg", "b.jpg"]);
  });

  test("is not looked at, so that half a file is not called broken", async () => {
    writeFileSync(in_.at("half.jpg"), jpeg().subarray(0, 4));
    const strict = { checkContent: "error" } as const;
    expect(pathsOf(await read({ ...strict, minAgeMinutes: 5 }))).toHaveLength(2);
    await expect(read(strict)).rejects.toMatchObject({ problems: [{ input: "half.jpg" }] });
  });

  test("is a problem when nothing else is there, unless the set may be empty", async () => {
    await expect(read({ minAgeMinutes: 90 })).rejects.toThrow(/all 4 files .* 90 minutes/);
    const empty = await read({ minAgeMinutes: 90, allowEmpty: true });
    expect(empty).toMatchObject({ files: [], totalBytes: 0, indexedCount: 0 });
  });

  test("can't be read and is refused for that, as ever", async () => {
    in_.write({ "gone.jpg": { link: "nothing" } });
    const refused = read({ minAgeMinutes: 5, changingFiles: "leave-out" });
    await expect(refused).rejects.toMatchObject({ problems: [{ input: "gone.jpg" }] });
  });
});

describe("what changes while it is read", () => {
  beforeEach(() => treeOf({ "a.jpg": 60, "b.jpg": 60, "c.jpg": 60 }));
  const change = (): void => {
    appendFileSync(in_.at("b.jpg"), "more");
    rmSync(in_.at("c.jpg"));
  };
  const hashed = (
    set: FileSet,
    changingFiles: "fail" | "leave-out",
  ): ReturnType<typeof hashStill> =>
    hashStill(set, { changingFiles }, (onChanged) => hashFiles(set.files, { onChanged }));

  test("is an error that names it", async () => {
    const set = await read();
    change();
    await expect(hashed(set, "fail")).rejects.toMatchObject({
      code: "file_changed",
      message: expect.stringMatching(/b\.jpg[^]*c\.jpg \(gone\)/) as string,
    });
  });

  test("is left out of the set and of its digest where that is asked for", async () => {
    const set = await read();
    change();
    const left = await hashed(set, "leave-out");
    expect(left.manifest.entries.map(({ path }) => path)).toEqual(["a.jpg"]);
    expect(left.set.files.map(({ path }) => path)).toEqual(["a.jpg"]);
    expect(left.set).toMatchObject({
      indexedCount: 1,
      totalBytes: left.manifest.totalBytes,
      leftOut: { changed: ["b.jpg", "c.jpg"] },
    });
  });

  test("takes what was found in its content with it", async () => {
    const text = "text".repeat(jpeg().length);
    in_.write({ "a.jpg": text, "b.jpg": text });
    const set = await read();
    expect(set.contents).toHaveLength(2);
    change();
    const { set: left } = await hashed(set, "leave-out");
    expect(left.contents.map(({ path }) => path)).toEqual(["a.jpg"]);
    expect(left.notices.map(({ path }) => path)).toEqual(["a.jpg"]);
  });

  test("is a problem when nothing else is there", async () => {
    const set = await read({ include: ["b.jpg", "c.jpg"] });
    change();
    await expect(hashed(set, "leave-out")).rejects.toThrow(/No file is left: all 2 files/);
  });
});

describe("what another client of a file server removes while it is read", () => {
  beforeEach(() => treeOf({ "a.jpg": 60, "b.jpg": 60 }));
  const leaving = { changingFiles: "leave-out" } as const;
  const removeAtRead = (): void => {
    const stale = Object.assign(new Error("stale file handle, read"), {
      code: "ESTALE",
      errno: -116,
    });
    jest.mocked(readSync).mockImplementationOnce(() => {
      throw stale;
    });
  };

  test("is left out when it goes while it is looked at", async () => {
    removeAtRead();
    const set = await read(leaving);
    expect([pathsOf(set), set.leftOut.changed]).toEqual([["b.jpg"], ["a.jpg"]]);
  });

  test("is left out when it goes while it is hashed, and is an error where that is not asked for", async () => {
    const set = await read(leaving);
    const hashed = (changingFiles: "fail" | "leave-out") =>
      hashStill(set, { changingFiles }, (onChanged) => hashFiles(set.files, { onChanged }));
    removeAtRead();
    expect((await hashed("leave-out")).set.leftOut.changed).toEqual(["a.jpg"]);
    removeAtRead();
    await expect(hashed("fail")).rejects.toMatchObject({ code: "file_changed" });
  });
});

describe("what goes while it is looked at", () => {
  const writeAll = (): void => {
    treeOf({ "a.jpg": 60, "b.jpg": 60, "c.jpg": 60, "d.jpg": 60 });
    in_.write({ "sub/e.jpg": jpeg("e"), "f.jpg": { link: "a.jpg" } });
  };
  const writeAgain = (): void => {
    in_.remove();
    writeAll();
  };
  beforeEach(writeAll);
  const leaving = { changingFiles: "leave-out", prefix: "cam" } as const;
  const remove = (path: string): void => rmSync(in_.at(path), { recursive: true });
  /** Once its folder was listed. */
  const goneAsListed =
    (name: string) =>
    (real: string): boolean => {
      if (real === in_.at(name)) remove(name);
      return false;
    };

  test("before it is opened is left out, and an error where that is not asked for", async () => {
    const check = (): [] => {
      remove("b.jpg");
      remove("c.jpg");
      mkdirSync(in_.at("c.jpg"));
      return [];
    };
    const include = ["*.jpg"];
    const set = await readFileSet({ root: in_.root, include, ...leaving }, { nowMs, check });
    expect(pathsOf(set)).toEqual(["cam/a.jpg", "cam/d.jpg", "cam/f.jpg"]);
    expect(set.leftOut.changed).toEqual(["cam/b.jpg", "cam/c.jpg"]);
    expect(set).toMatchObject({ indexedCount: 3, notices: [] });
    writeAgain();
    const refused = readFileSet({ root: in_.root, include }, { nowMs, check });
    await expect(refused).rejects.toMatchObject({
      problems: [{ input: "b.jpg" }, { input: "c.jpg" }],
    });
  });

  test.each(["sub", "f.jpg"])("while folders are listed is left out, as %s", async (name) => {
    const run = { nowMs, isLeftOut: goneAsListed(name) };
    const include = ["**"];
    const set = await readFileSet({ root: in_.root, include, ...leaving }, run);
    expect(set.leftOut.changed).toEqual([`cam/${name}`]);
    expect(set.files).toHaveLength(5);
    writeAgain();
    const refused = readFileSet({ root: in_.root, include }, run);
    await expect(refused).rejects.toMatchObject({ problems: [{ input: name }] });
  });
});
