// A cache that was removed, by hand or since it was found to be wrong, does not come back by a process that had read it.
import { readdirSync, rmSync } from "node:fs";
import { replaceCacheFile } from "../../src/files/digests/cache-files";
import type { KnownFiles } from "../../src/files/digests/known-files";
import { startSettledCache, settled, type CacheOptions } from "../support/settled-cache";
import { createTempTree, type TempTree } from "../support/temp-tree";

let kept: TempTree;
beforeEach(() => {
  kept = createTempTree();
});
afterEach(() => kept.remove());

const inodes = new Map(["a", "b", "c", "d"].map((path, index) => [path, index + 1]));
const stampOf = (path: string): Float64Array => Float64Array.of(10, 1, 1, inodes.get(path) ?? 9, 5);
const fileOf = (path: string) => ({
  absolutePath: `/root/${path}`,
  stamp: stampOf(path),
  sinceMs: settled().wallMs,
});

/** What is known to a process that has just been started. */
function start(options: CacheOptions = {}): Promise<KnownFiles> {
  return startSettledCache({ folder: kept.at("digests"), ...options }).open("/root");
}

/** Each path with the digit of its digest. */
type Digits = Readonly<Record<string, string>>;

function note(known: KnownFiles, files: Digits): void {
  for (const [path, digit] of Object.entries(files))
    known.noteDigest(fileOf(path), digit.repeat(64));
}

async function save(known: KnownFiles, files: Digits): Promise<void> {
  note(known, files);
  await known.save();
}

function knownTo(known: KnownFiles): Digits {
  const digests = [...inodes.keys()].map((path) => {
    const { sha256 = "", finding } = known.recall(path, stampOf(path), 0) ?? {};
    return [path, sha256.slice(0, 1) + (finding === undefined ? "" : "!")] as const;
  });
  return Object.fromEntries(digests.filter(([, what]) => what !== ""));
}

/** What the next process knows. */
const left = async (): Promise<Digits> => knownTo(await start());

const remove = (): void => rmSync(kept.at("digests"), { recursive: true });

const removals: readonly (readonly [string, () => Promise<void> | void])[] = [
  ["removed", remove],
  ["found to be wrong", async () => (await start()).refute("/root/a")],
];

describe.each(removals)("what was kept, and was %s", (_, discard) => {
  test("does not come back: a process that has read it keeps what it found itself", async () => {
    await save(await start(), { a: "1", b: "1" });
    const known = await start();
    await discard();
    await save(known, { c: "2" });
    expect(await left()).toEqual({ c: "2" });
    expect(knownTo(known)).toEqual({ c: "2" });
  });

  test("does not come back beside what another process has found since", async () => {
    await save(await start(), { a: "1", b: "1" });
    const [one, other] = [await start(), await start()];
    await discard();
    await save(await start(), { a: "2" });
    await save(one, { c: "3" });
    await save(other, { d: "4" });
    expect(await left()).toEqual({ a: "2", c: "3", d: "4" });
  });

  test("does not come back by the process that wrote it", async () => {
    const known = await start();
    await save(known, { a: "1" });
    await discard();
    await save(known, { b: "2" });
    expect(await left()).toEqual({ b: "2" });
  });

  test("does not come back by half of what is known of a file", async () => {
    const writer = await start();
    note(writer, { a: "1" });
    writer.noteFinding(fileOf("b"), { isPrivateKey: false });
    await writer.save();
    const known = await start();
    known.noteFinding(fileOf("a"), { isPrivateKey: false });
    note(known, { b: "2", c: "2" });
    expect(knownTo(known)).toEqual({ a: "1!", b: "2!", c: "2" });
    await discard();
    await known.save();
    expect(await left()).toEqual({ c: "2" });
  });
});

test("what was removed does not come back by a process that is about to write", async () => {
  await save(await start(), { a: "1" });
  let marks = 0;
  const known = await start({
    markClock: () => {
      // When it is asked whether the clock was set back, and again once what is there was read.
      if (--marks === 0) remove();
      return settled();
    },
  });
  note(known, { b: "2" });
  marks = 2;
  await known.save();
  expect(marks).toBeLessThan(1);
  expect(await left()).toEqual({ b: "2" });
});
test("what is found to be wrong while it is written is not kept", async () => {
  const known = await start();
  note(known, { a: "1" });
  const saved = known.save();
  await known.refute("/root/a");
  await saved;
  expect(readdirSync(kept.at("digests"))).toEqual([]);
  expect(knownTo(known)).toEqual({});
});

test("what processes find that have read the same, and end at once, is kept of each", async () => {
  await save(await start(), { a: "1" });
  const [one, other] = [await start(), await start()];
  note(one, { b: "2" });
  one.noteFinding(fileOf("a"), { isPrivateKey: false });
  await Promise.all([save(one, {}), save(other, { c: "3" })]);
  expect(await left()).toEqual({ a: "1!", b: "2", c: "3" });
  await save(other, { d: "4" });
  await save(one, { c: "5" });
  expect(await left()).toEqual({ a: "1!", b: "2", c: "5", d: "4" });
});

test("a cache is left as it is where another one has taken its place", async () => {
  const file = kept.at("digests/x.digests");
  const first = await replaceCacheFile(file, [Buffer.from("first")]);
  const isFirst = (version: string | undefined): boolean => version === first;
  expect(await replaceCacheFile(file, [Buffer.from("second")], isFirst)).toBeDefined();
  expect(await replaceCacheFile(file, [Buffer.from("third")], isFirst)).toBeUndefined();
  expect(readdirSync(kept.at("digests"))).toEqual(["x.digests"]);
});
