// Files on a file system whose clock ticks seldom, as FAT's does: here all changes are of one tick. Newer kernels give a change
// that follows a look a time of its own, so that no write of a test shares its tick otherwise.
import type * as Fs from "node:fs";
import { writeFileSync, type Stats } from "node:fs";
import { readFileSet } from "../../src/files/file-set";
import { hashFiles } from "../../src/files/hash";
import { settled, startSettledCache } from "../support/settled-cache";
import { createTempTree, largeJpeg as jpeg } from "../support/temp-tree";

const mockTickMs = Date.now();

jest.mock("node:fs", () => {
  const real = jest.requireActual<typeof Fs>("node:fs");
  // Of a folder FAT's size is that of whole clusters.
  const inTick = (stats: Stats | undefined): Stats | undefined =>
    stats &&
    Object.assign(
      stats,
      { mtimeMs: mockTickMs, ctimeMs: mockTickMs },
      stats.isDirectory() && { size: 4096 },
    );
  return {
    ...real,
    statSync: (...args: Parameters<typeof real.statSync>) =>
      inTick(real.statSync(...args) as Stats | undefined),
    fstatSync: (handle: number) => inTick(real.fstatSync(handle)),
  };
});

test("a file that comes within the tick in which its folder was listed is chosen by the next process, too", async () => {
  const tree = createTempTree({ "a.jpg": jpeg("a") });
  const kept = createTempTree();
  try {
    const look = async (pastMs: number) => {
      const markClock = () => ({ ...settled(), wallMs: mockTickMs + pastMs });
      const cache = startSettledCache({ folder: kept.at("digests"), markClock });
      const { files } = await readFileSet({ root: tree.root, include: ["**"] }, { cache });
      return files.map(({ path }) => path);
    };
    expect(await look(0)).toEqual(["a.jpg"]);
    writeFileSync(tree.at("b.jpg"), jpeg("b"));
    expect(await look(10_000)).toEqual(["a.jpg", "b.jpg"]);
  } finally {
    tree.remove();
    kept.remove();
  }
});

test("a file that changes within the tick in which it was read has its new digest, in the same process, too", async () => {
  const tree = createTempTree({ "a.jpg": jpeg("a") });
  try {
    let pastMs = 0;
    const markClock = () => ({ ...settled(), wallMs: mockTickMs + pastMs });
    const cache = startSettledCache({ folder: undefined, markClock });
    const look = async () => {
      const { files, known } = await readFileSet({ root: tree.root, include: ["**"] }, { cache });
      const isKnown = files[0]?.sha256 !== undefined;
      const { entries } = await hashFiles(files, { known });
      return { digest: entries[0]?.sha256, isKnown };
    };
    const before = await look();
    writeFileSync(tree.at("a.jpg"), jpeg("b"));
    const after = await look();
    expect(after.isKnown).toBe(false);
    expect(after.digest).not.toBe(before.digest);
    // Once the tick is clearly past, any change would show, and what a look found out is remembered.
    pastMs = 3000;
    expect(await look()).toEqual({ ...after, isKnown: false });
    expect(await look()).toEqual({ ...after, isKnown: true });
  } finally {
    tree.remove();
  }
});
