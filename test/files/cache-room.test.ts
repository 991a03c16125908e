// A cache has a bound: of what is larger, as many files are known as fit, the last used first.
import { roomIn } from "../../src/files/digests/cache-format";
import type { KnownFiles } from "../../src/files/digests/known-files";
import { settled, startSettledCache } from "../support/settled-cache";
import { createTempTree, type TempTree } from "../support/temp-tree";

const headBytes = 1024 * 1024;
/** Room for so many files of these names, and not for one more. */
const fitting = 1000;
const fileBytes = 5 * 8 + 8 + 32 + "a/00000.jpg".length + '"",'.length;

jest.mock("../../src/files/digests/cache-files", () => ({
  ...jest.requireActual<object>("../../src/files/digests/cache-files"),
  maxCacheBytes: 1024 * 1024 + 1000 * 94 + 93,
}));

let kept: TempTree;
beforeEach(() => {
  kept = createTempTree();
});
afterEach(() => kept.remove());

/** Names in a folder, in the order of a set. */
function named(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${folder}/${String(n).padStart(5, "0")}.jpg`);
}

const stampOf = (path: string): Float64Array =>
  Float64Array.of(10, 1, 1, 1 + Number(path.replaceAll(/\D/g, "")), 5);

/** As a process has it that starts so many days later. */
function open(day = 0, folder = "digests"): Promise<KnownFiles> {
  const wallMs = settled().wallMs + day * 24 * 60 * 60 * 1000;
  const markClock = () => ({ ...settled(), wallMs });
  return startSettledCache({ folder: kept.at(folder), markClock }).open("/root");
}

function note(known: KnownFiles, paths: readonly string[]): Promise<void> {
  known.expect(paths);
  for (const path of paths) {
    const file = { absolutePath: `/root/${path}`, stamp: stampOf(path), sinceMs: known.nowMs() };
    known.noteDigest(file, "ab".repeat(32));
  }
  return known.save();
}

const knownOf = (known: KnownFiles, paths: readonly string[]): readonly string[] =>
  paths.filter((path) => known.recall(path, stampOf(path), 0) !== undefined);

test("each file takes its stamp, marks, digest and path", () => {
  expect(roomIn(headBytes + 5000)).toMatchObject({ bytes: 5000 });
  expect(roomIn(headBytes).bytesOf("a/00000.jpg")).toBe(fileBytes);
});

test("a set that is too large for it has as many files in it as fit", async () => {
  const set = named("a", 2 * fitting);
  await note(await open(), set);
  expect(knownOf(await open(), set)).toEqual(set.slice(0, fitting));
});

test("files that are gone leave their room to those that are used, wherever these are listed", async () => {
  const [gone, before, after] = [named("m", 2 * fitting), named("a", 300), named("z", 300)];
  await note(await open(), gone);
  await note(await open(1), [...before, ...after]);
  const later = await open(2);
  expect(knownOf(later, [...before, ...after])).toEqual([...before, ...after]);
  expect(knownOf(later, gone)).toEqual(gone.slice(0, fitting - 600));
});

test("a set that was used since it was read stays, and what was used before it goes", async () => {
  const [unused, used, more] = [named("a", 500), named("m", 500), named("z", 200)];
  await note(await open(), [...unused, ...used]);
  const known = await open(10);
  knownOf(known, used);
  await known.save();
  await note(await open(10), more);
  const later = await open(11);
  expect(knownOf(later, [...used, ...more])).toEqual([...used, ...more]);
  expect(knownOf(later, unused)).toEqual(unused.slice(0, 300));
});

test("two processes that read other files leave the same, whichever ends first", async () => {
  const [old, one, other] = [named("k", 900), named("m", 400), named("a", 800)];
  const leftBy = async (folder: string, isReversed: boolean): Promise<readonly string[]> => {
    await note(await open(0, folder), old);
    const [first, second] = [await open(1, folder), await open(1, folder)];
    const ends = [() => note(first, one), () => note(second, other)];
    for (const end of isReversed ? ends.reverse() : ends) await end();
    return knownOf(await open(2, folder), [...other, ...old, ...one]);
  };
  const left = await leftBy("digests/1", false);
  expect(left).toEqual([...other, ...one.slice(0, fitting - 800)]);
  expect(await leftBy("digests/2", true)).toEqual(left);
});
