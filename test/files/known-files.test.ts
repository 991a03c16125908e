import { join, sep } from "node:path";
import { digestIn } from "../../src/files/digests/digest-column";
import { openKnownFiles, type KnownFiles } from "../../src/files/digests/known-files";
import { createTempTree } from "../support/temp-tree";
import { createPathReader } from "../../src/files/digests/kept-paths";

const nowMs = 1_700_000_000_000;
const pastMs = nowMs - 600_000;
const paths = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"];
const sound = { isPrivateKey: false };
const key = { isPrivateKey: true };

interface Stamped {
  readonly inode: number;
  readonly device?: number;
  readonly changedMs?: number;
  readonly sizeBytes?: number;
}

function stampsOf(files: readonly Stamped[]): Float64Array {
  return Float64Array.from(
    files.flatMap(({ inode, device = 1, changedMs = pastMs, sizeBytes = 10 }) => [
      ...[sizeBytes, changedMs, changedMs, inode, device],
    ]),
  );
}

const all = stampsOf(paths.map((_, index) => ({ inode: index + 1 })));

interface Noted {
  /** Where it is kept. @default nowhere */
  readonly file?: string;
  readonly isSteady?: (device: number) => boolean;
  readonly stamps?: Float64Array;
  readonly keys?: readonly string[];
  readonly withoutDigest?: readonly string[];
}

function open({ file, isSteady = () => true }: Noted): Promise<KnownFiles> {
  return openKnownFiles({
    root: `${sep}root`,
    file,
    place: "here",
    rules: "1",
    markClock: () => ({ wallMs: nowMs, bootedMs: 0, boot: "one" }),
    readPaths: createPathReader(),
    isSteady,
    writingBackMs: 60_000,
    isDrawn: () => false,
    onRefuted: () => Promise.resolve(),
  });
}

async function knownOf(noted: Noted): Promise<KnownFiles> {
  const { stamps = all, keys = [], withoutDigest = [] } = noted;
  const known = await open(noted);
  known.expect(paths);
  paths.forEach((path, index) => {
    const stamp = stamps.slice(index * 5, index * 5 + 5);
    const file = { absolutePath: [``, `root`, path].join(sep), stamp, sinceMs: nowMs };
    known.noteFinding(file, keys.includes(path) ? key : sound);
    if (!withoutDigest.includes(path)) known.noteDigest(file, String(index).repeat(64));
  });
  return known;
}

/** By what is known of all together, or of each where that is nothing. */
function recallAll(known: KnownFiles, asked: readonly string[], stamps: Float64Array) {
  const run = known.recallRun({ list: asked, start: 0, count: asked.length }, stamps);
  return asked.map((path, index) =>
    run === undefined
      ? known.recall(path, stamps, index)
      : { sha256: digestIn(run.digests, index), finding: run.finding },
  );
}

describe("of many files as much is known as of each", () => {
  test.each<readonly [string, Noted]>([
    ["that differ in nothing but their content", {}],
    ["of which one has a finding", { keys: ["c.jpg"] }],
    ["of which one has no digest", { withoutDigest: ["d.jpg"] }],
    ["of which the first changed", { stamps: stampsOf([{ inode: 9 }, ...inodesFrom(2)]) }],
    [
      "of which the last changed",
      { stamps: stampsOf([...inodesFrom(1).slice(0, -1), { inode: 9 }]) },
    ],
    ["of two devices", { stamps: stampsOf([{ inode: 1, device: 2 }, ...inodesFrom(2)]) }],
  ])("%s", async (_, noted) => {
    const known = await knownOf(noted);
    for (const asked of [paths, paths.slice(1, 3), [...paths].reverse(), [], ["0.jpg", "a.jpg"]])
      for (const stamps of [all, noted.stamps ?? all])
        expect(recallAll(known, asked, stamps)).toEqual(
          asked.map((path, index) => known.recall(path, stamps, index)),
        );
  });
});

function inodesFrom(first: number): { inode: number }[] {
  return Array.from({ length: paths.length + 1 - first }, (_, index) => ({ inode: first + index }));
}

test("a set that is asked about in its order is known as a whole", async () => {
  const known = await knownOf({});
  const run = known.recallRun({ list: paths, start: 0, count: paths.length }, all);
  const digests = paths.map((_, index) => String(index).repeat(64)).join("");
  expect(run).toEqual({ digests, finding: sound });
});

test("of many files that were kept, those are not known whose device does not show each change any more", async () => {
  const tree = createTempTree();
  const file = join(tree.root, "kept.digests");
  const stamps = stampsOf([1, 2, 3, 4, 5].map((inode) => ({ inode, device: inode < 3 ? 1 : 2 })));
  await (await knownOf({ file, stamps })).save();
  const later = await open({ file, isSteady: (device) => device === 1 });
  tree.remove();
  const digests = recallAll(later, paths, stamps).map((known) => known?.sha256?.at(0));
  expect(digests).toEqual(["0", "1", undefined, undefined, undefined]);
});

// A program that has it mapped may have written to it since without a sign.
test("of a file that had changed within a minute, a later process that knows the others knows nothing", async () => {
  const tree = createTempTree();
  const file = join(tree.root, "kept.digests");
  const stamps = stampsOf([{ inode: 1, changedMs: nowMs - 59_000 }, ...inodesFrom(2)]);
  const known = await knownOf({ file, stamps });
  await known.save();
  const later = await open({ file });
  tree.remove();
  const firsts = (of: KnownFiles) => recallAll(of, paths, stamps).map((one) => one?.sha256?.at(0));
  expect(firsts(known)).toEqual(["0", "1", "2", "3", "4"]);
  expect(firsts(later)).toEqual([undefined, "1", "2", "3", "4"]);
});

// A write sets the times as it begins, and may take 2 GiB at once.
test.each([
  [240_000_000, 60_000],
  [400_000_000, 100_000],
  [2 ** 31, 536_871],
  [2 ** 40, 536_871],
])(
  "of a file of %s bytes a later process knows nothing unless it had changed %s ms before",
  async (sizeBytes, leastMs) => {
    const digests: (string | undefined)[] = [];
    for (const changedMs of [nowMs - leastMs + 1, nowMs - leastMs - 1]) {
      const tree = createTempTree();
      const file = join(tree.root, "kept.digests");
      const stamps = stampsOf([{ inode: 1, changedMs, sizeBytes }, ...inodesFrom(2)]);
      await (await knownOf({ file, stamps })).save();
      const later = await open({ file });
      tree.remove();
      digests.push(later.recall("a.jpg", stamps, 0)?.sha256?.at(0));
    }
    expect(digests).toEqual([undefined, "0"]);
  },
);
