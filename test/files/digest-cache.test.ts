import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { DigestCache } from "../../src/files/digests/digest-cache";
import { replaceCacheFile } from "../../src/files/digests/cache-files";
import { pathText } from "../../src/files/digests/kept-paths";
import { seal, unseal } from "../../src/files/digests/sealed";
import { isSettled } from "../../src/files/digests/stamp";
import { createSteadyDevices, isOnSteadyDevice } from "../../src/files/digests/steady-devices";
import { writingBackMs } from "../../src/files/digests/writing-back";
import { createLocalFiles } from "../../provider/process/local-files";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import { hashFiles } from "../../src/files/hash";
import { passTick, settled, startSettledCache, type CacheOptions } from "../support/settled-cache";
import { createTempTree, largeJpeg as jpeg, type TempTree } from "../support/temp-tree";

let tree: TempTree;
let kept: TempTree;

beforeEach(() => {
  tree = createTempTree();
  kept = createTempTree();
});
afterEach(() => {
  tree.remove();
  kept.remove();
});

interface Look {
  readonly digests: Readonly<Record<string, string>>;
  readonly known: readonly string[];
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
}

type LookOptions = CacheOptions & { readonly set?: Partial<FileSetOptions> };

function startCache(options: CacheOptions = {}): DigestCache {
  return startSettledCache({ folder: kept.at("digests"), ...options });
}

/** Nothing is kept, so the file system need not show each change either. */
const ofProcess: CacheOptions = { folder: undefined, isSteady: () => false };

/** The files of the tree, of which `cache` knows some. */
function readTree(cache: DigestCache, set: Partial<FileSetOptions> = {}): Promise<FileSet> {
  return readFileSet({ root: tree.root, include: ["**"], ...set }, { cache });
}

const knownIn = (files: FileSet["files"]): readonly string[] =>
  files.filter(({ sha256 }) => sha256 !== undefined).map(({ path }) => path);

/** How many files are not read again in a process that looks again. */
async function lookAgain(cache: DigestCache): Promise<number> {
  const { files, known } = await readTree(cache);
  await hashFiles(files, { known });
  return knownIn(files).length;
}

/** Looks at the tree as a process does that has just been started. */
async function look({ set, ...options }: LookOptions = {}): Promise<Look> {
  const warnings: string[] = [];
  const cache = startCache({ onWarning: (text) => warnings.push(text), ...options });
  const { files, known, notices } = await readTree(cache, { dataType: "image", ...set });
  const { entries } = await hashFiles(files, { known });
  if (options.markClock === undefined) passTick(kept.root);
  return {
    digests: Object.fromEntries(entries.map(({ path, sha256 }) => [path, sha256])),
    known: knownIn(files),
    notices: notices.map(({ text }) => text),
    warnings,
  };
}

/** What there really is. */
async function truth(): Promise<Look["digests"]> {
  const chosen = { root: tree.root, include: ["**"], dataType: "image" as const };
  const { entries } = await hashFiles((await readFileSet(chosen)).files);
  return Object.fromEntries(entries.map(({ path, sha256 }) => [path, sha256]));
}

/** The one cache of digests that there is. */
function cacheFile(): string {
  const [name = ""] = digestNames();
  return join(kept.at("digests"), name);
}

const digestNames = (): readonly string[] =>
  keptNames().filter((name) => name.endsWith(".digests"));

function keptNames(): readonly string[] {
  try {
    return readdirSync(kept.at("digests"));
  } catch {
    return [];
  }
}

describe("files that have not changed", () => {
  test("are not read again, and have the same digests", async () => {
    tree.write({ "a.jpg": jpeg("a"), "sub/b.jpg": jpeg("b") });
    const first = await look();
    const second = await look();
    expect(first.known).toEqual([]);
    expect(second.known).toEqual(["a.jpg", "sub/b.jpg"]);
    expect(second.digests).toEqual(await truth());
  });

  (process.platform === "linux" ? test : test.skip)("cost no byte", async () => {
    const bytesRead = (): number =>
      Number(/rchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
    tree.write({ "a.jpg": jpeg("a".repeat(8_000_000)) });
    await look();
    const before = bytesRead();
    await look();
    expect(bytesRead() - before).toBeLessThan(1_000_000);
  });

  test("have the same findings, and are refused for the same reasons", async () => {
    tree.write({
      "cut.jpg": jpeg("a").subarray(0, 5),
      "empty.jpg": "",
      "other.jpg": "<!doctype html><body>",
      "page.png": jpeg("p"),
    });
    const first = await look();
    const second = await look();
    expect(second.known).toHaveLength(4);
    expect(first.notices).toHaveLength(4);
    expect(second.notices).toEqual(first.notices);
    await expect(look({ set: { checkContent: "error" } })).rejects.toThrow(/truncated/);
  });

  test("that hold a private key are refused again", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": "-----BEGIN RSA PRIVATE KEY-----" });
    await expect(look({ set: { include: ["**"] } })).rejects.toThrow(/credential/);
    await look({ set: { include: ["a.jpg", "b.jpg"] } });
    await expect(look({ set: { include: ["**"] } })).rejects.toThrow(/credential/);
  });

  test("are looked at, but not hashed, where no content was checked before", async () => {
    tree.write({ "a.jpg": jpeg("a").subarray(0, 5) });
    expect((await look({ set: { checkContent: "off" } })).notices).toEqual([]);
    const second = await look();
    expect(second.known).toEqual(["a.jpg"]);
    expect(second.notices).toHaveLength(1);
    const third = await look({ set: { checkContent: "off" } });
    expect([third.known, third.notices]).toEqual([["a.jpg"], []]);
  });

  test("are known to a set of other files of the same root", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    await look({ set: { include: ["a.jpg"] } });
    await look({ set: { include: ["b.jpg"], prefix: "else" } });
    expect((await look()).known).toEqual(["a.jpg", "b.jpg"]);
  });

  test("are known in the same process where nothing is kept", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    const cache = startCache(ofProcess);
    expect([await lookAgain(cache), await lookAgain(cache)]).toEqual([0, 1]);
  });
});

/** Each keeps the size. */
const edits: readonly (readonly [string, (file: string) => void])[] = [
  ["written to", (file) => writeFileSync(file, jpeg("b"))],
  [
    "written to, its time put back",
    (file) => {
      const { atime, mtime } = statSync(file);
      writeFileSync(file, jpeg("b"));
      utimesSync(file, atime, mtime);
    },
  ],
  [
    "written to, its time put back by touch -r",
    (file) => {
      const reference = kept.at("reference");
      execFileSync("touch", ["-r", file, reference]);
      writeFileSync(file, jpeg("b"));
      execFileSync("touch", ["-r", reference, file]);
    },
  ],
  [
    "replaced by a file that was moved over it, with the same time",
    (file) => {
      const { atime, mtime } = statSync(file);
      writeFileSync(`${file}.new`, jpeg("b"));
      utimesSync(`${file}.new`, atime, mtime);
      renameSync(`${file}.new`, file);
    },
  ],
  [
    "replaced by an older file",
    (file) => {
      renameSync(tree.at("older.jpg"), file);
    },
  ],
  [
    "written to by another name of it",
    (file) => {
      linkSync(file, kept.at("link.jpg"));
      writeFileSync(kept.at("link.jpg"), jpeg("b"));
    },
  ],
  [
    "copied over with its times",
    (file) => {
      const { atime, mtime } = statSync(file);
      writeFileSync(kept.at("b.jpg"), jpeg("b"));
      utimesSync(kept.at("b.jpg"), atime, mtime);
      cpSync(kept.at("b.jpg"), file, { preserveTimestamps: true });
    },
  ],
  [
    "removed and made again",
    (file) => {
      rmSync(file);
      writeFileSync(file, jpeg("b"));
    },
  ],
  [
    "made a link to another file",
    (file) => {
      rmSync(file);
      symlinkSync("older.jpg", file);
    },
  ],
  [
    "sent by rsync --times, or as it does that",
    (file) => {
      const { atime, mtime } = statSync(file);
      const partial = join(file, "..", ".a.jpg.Xy12Zw");
      writeFileSync(partial, jpeg("b"));
      utimesSync(partial, atime, mtime);
      renameSync(partial, file);
    },
  ],
];

describe("a file that changes", () => {
  test.each(edits)("is read again when it is %s", async (_, edit) => {
    tree.write({ "a.jpg": jpeg("a"), "older.jpg": jpeg("o") });
    await look();
    expect((await look()).known).toEqual(["a.jpg", "older.jpg"]);
    edit(tree.at("a.jpg"));
    const after = await look();
    expect(after.known).not.toContain("a.jpg");
    expect(after.digests).toEqual(await truth());
  });

  test("within the same tick as it is read is read again, whatever its times are", async () => {
    const now = { markClock: () => ({ ...settled(), wallMs: Date.now() }) };
    for (let round = 0; round < 20; round++) {
      tree.write({ "a.jpg": jpeg("a") });
      await look(now);
      writeFileSync(tree.at("a.jpg"), jpeg("b"));
      expect((await look(now)).digests).toEqual(await truth());
    }
    // What a look found out within the tick is not kept, and never believed.
    expect((await look()).known).toEqual([]);
    expect((await look()).known).toEqual(["a.jpg"]);
  });

  // A program that has a page of it mapped changes no time with a second write, as long as the page is not on the disk. Linux
  // takes half a minute to write it there, and longer when the disk is busy: a minute is what users are told.
  test("while it is mapped, with no sign of it, is read again by the next process", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    const { ctimeMs } = statSync(tree.at("a.jpg"));
    const after = (ms: number): CacheOptions => ({
      markClock: () => ({ ...settled(), wallMs: Math.ceil(ctimeMs) + ms }),
    });
    const soon = after(59_000);
    const cache = startCache(soon);
    expect([await lookAgain(cache), await lookAgain(cache)]).toEqual([0, 1]);
    expect(digestNames()).toEqual([]);
    expect((await look(soon)).known).toEqual([]);
    // Neither is what was found out so soon, when more is found out later in the same process.
    let laterMs = 59_000;
    const later = { markClock: () => ({ ...settled(), wallMs: Math.ceil(ctimeMs) + laterMs }) };
    const { files, known } = await readTree(startCache(later));
    laterMs = 60_000;
    await hashFiles(files, { known });
    expect((await look(after(60_000))).known).toEqual([]);
    expect((await look(after(60_000))).known).toEqual(["a.jpg"]);
  });

  // As with laptop-mode-tools, or where nothing is written back in rounds.
  test.each([
    ["6000", "6000", 120_000],
    ["3000", "500", 60_000],
    ["3000", "0", Number.POSITIVE_INFINITY],
    [undefined, undefined, 60_000],
    ["many", "-1", 60_000],
  ])(
    "while it is mapped is read again as long as %s and %s centiseconds let it be",
    async (expire, round, leastMs) => {
      const settings = new Map([
        ["dirty_expire_centisecs", expire],
        ["dirty_writeback_centisecs", round],
      ]);
      const waitMs = writingBackMs((setting) => settings.get(setting));
      expect(waitMs).toBeGreaterThanOrEqual(leastMs);
      tree.write({ "a.jpg": jpeg("a") });
      const { ctimeMs } = statSync(tree.at("a.jpg"));
      const after = (ms: number): CacheOptions => ({
        markClock: () => ({ ...settled(), wallMs: Math.ceil(ctimeMs) + ms }),
        writingBackMs: waitMs,
      });
      await look(after(Math.min(leastMs, 3_600_000) - 1));
      expect((await look(after(3_600_000))).known).toEqual([]);
      expect((await look(after(3_600_000))).known).toEqual(
        leastMs === Number.POSITIVE_INFINITY ? [] : ["a.jpg"],
      );
    },
  );

  test("between its listing and its hashing has the digest of what was listed, and the next one then", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    const before = await truth();
    await look();
    const { files, known } = await readTree(startCache());
    writeFileSync(tree.at("a.jpg"), jpeg("b"));
    const { entries } = await hashFiles(files, { known });
    expect(entries.map(({ sha256 }) => sha256)).toEqual(Object.values(before));
    expect((await look()).digests).toEqual(await truth());
  });

  test("has its own digest also where a run was stopped between its look and its hash", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    writeFileSync(tree.at("a.jpg"), jpeg("b"));
    const { files, known } = await readTree(startCache());
    const stopped = hashFiles(files, { known, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    passTick(kept.root);
    expect((await look()).digests).toEqual(await truth());
  });

  test("in turn with another one has its own digest each time in a process that looks again", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    const cache = startCache(ofProcess);
    await lookAgain(cache);
    for (const [round, name] of ["b", "a", "b", "a"].entries()) {
      tree.write({ [`${name}.jpg`]: jpeg(String(round)) });
      const { files, known } = await readTree(cache);
      const { entries } = await hashFiles(files, { known });
      const digests = Object.fromEntries(entries.map(({ path, sha256 }) => [path, sha256]));
      expect([knownIn(files).length, digests]).toEqual([1, await truth()]);
      passTick(kept.root);
    }
  });

  test("while it is read is an error, and not noted", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    const { files, known } = await readTree(startCache());
    appendFileSync(tree.at("a.jpg"), "more");
    await expect(hashFiles(files, { known })).rejects.toMatchObject({ code: "file_changed" });
    // What was hashed beside it need not be hashed again.
    expect((await look()).known).toEqual(["b.jpg"]);
    expect((await look()).digests).toEqual(await truth());
  });
});

describe("a clock that jumps", () => {
  const marks = (wallMs: number, bootedMs: number, boot = "this one") => ({
    markClock: () => ({ wallMs: settled().wallMs + wallMs, bootedMs, boot }),
  });

  test("back, to before the cache was written: all is read again", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look(marks(60_000, 0));
    expect((await look(marks(0, 0))).known).toEqual([]);
    expect((await look(marks(1000, 0))).known).toEqual(["a.jpg"]);
  });

  test("back, and has caught up since: all is read again", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look(marks(0, 5_000));
    expect((await look(marks(1000, 2_000))).known).toEqual([]);
  });

  test("back in small steps: all is read again", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look(marks(0, 5_000));
    tree.write({ "b.jpg": jpeg("b") });
    expect((await look(marks(1000, 4_400))).known).toEqual(["a.jpg"]);
    expect((await look(marks(2000, 3_800))).known).toEqual([]);
  });

  test("back while files are read: nothing is kept", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    let bootedMs = 5_000;
    await look({ markClock: () => ({ ...settled(), bootedMs: (bootedMs -= 700) }) });
    expect(keptNames()).toEqual([]);
  });

  test("back in a process that looks again: all is read again", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    let aheadMs = 60_000;
    const cache = startCache({
      ...ofProcess,
      markClock: () => ({ ...settled(), wallMs: settled().wallMs + aheadMs }),
    });
    await lookAgain(cache);
    expect(await lookAgain(cache)).toBe(1);
    aheadMs = 0;
    expect(await lookAgain(cache)).toBe(0);
  });

  test("forward, or after another start: what is known stays known", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look(marks(0, 5_000));
    expect((await look(marks(9_000_000, 9_000_000))).known).toEqual(["a.jpg"]);
    expect((await look(marks(9_001_000, 0, "another"))).known).toEqual(["a.jpg"]);
  });

  test("is not needed for a file of the future: it is read each time", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    utimesSync(tree.at("a.jpg"), 4_000_000_000, 4_000_000_000);
    await look();
    expect((await look()).known).toEqual([]);
  });
});

describe("a cache that is not this one's", () => {
  beforeEach(async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
  });

  test("but another machine's is not used, and is replaced", async () => {
    const another = { machine: "another" };
    expect((await look(another)).known).toEqual([]);
    expect((await look(another)).known).toEqual(["a.jpg"]);
    expect((await look()).known).toEqual([]);
    expect(digestNames()).toHaveLength(1);
  });

  test("since others may write it, is not used", async () => {
    chmodSync(cacheFile(), 0o620);
    expect((await look()).known).toEqual([]);
  });

  (process.getuid?.() === 0 ? test : test.skip)("but another user's is not used", async () => {
    chownSync(cacheFile(), 1234, 1234);
    expect((await look()).known).toEqual([]);
  });

  test("but of other files, moved here with them, is not used", async () => {
    const elsewhere = createTempTree();
    cpSync(tree.root, elsewhere.root, { recursive: true, preserveTimestamps: true });
    expect((await look({ set: { root: elsewhere.root } })).known).toEqual([]);
    elsewhere.remove();
  });

  test("is left alone where it is a link, a pipe or a folder", async () => {
    const file = cacheFile();
    renameSync(file, kept.at("moved"));
    symlinkSync(kept.at("moved"), file);
    expect((await look()).known).toEqual([]);
    rmSync(file);
    execFileSync("mkfifo", [file]);
    expect((await look()).known).toEqual([]);
    rmSync(file, { force: true });
    mkdirSync(file);
    expect((await look()).digests).toEqual(await truth());
  });
});

describe("a cache by other rules", () => {
  const [before, after] = [{ rules: "1" }, { rules: "2" }];
  const strict = { dataType: undefined, include: ["*.jpg"], checkContent: "error" } as const;

  beforeEach(() => {
    tree.write({ "bad.jpg": "no image", "good.jpg": jpeg("a") });
  });

  test.each([
    ["a private key", "key.jpg", "-----BEGIN RSA PRIVATE KEY-----", /credential/],
    ["a broken image", "text.jpg", "<!doctype html><body>", /text\.jpg/],
  ])("does not let %s pass as what the new ones find first", async (_, name, text, refused) => {
    rmSync(tree.at("bad.jpg"));
    tree.write({ [name]: text });
    await look({ ...before, set: { include: [name] } });
    await look({ ...after, set: { include: ["good.jpg"] } });
    await expect(look({ ...after, set: strict })).rejects.toThrow(refused);
  });

  test("has digests that are used, and files in which the same is found again", async () => {
    const { notices } = await look(before);
    const looked = await look(after);
    expect(looked.known).toEqual(["bad.jpg", "good.jpg"]);
    expect(looked.notices).toEqual(notices);
    expect((await look(after)).notices).toEqual(notices);
    expect(looked.digests).toEqual(await truth());
  });

  test("has no findings for the process that has opened it, whatever that one finds first", async () => {
    await look(before);
    const cache = startCache(after);
    const { files, known } = await readTree(cache, { include: ["good.jpg"] });
    await hashFiles(files, { known });
    const notices = (await readTree(cache, { dataType: "image" })).notices.map(({ text }) => text);
    expect(notices).toEqual((await look({ folder: undefined })).notices);
  });
});

describe("a damaged cache", () => {
  test("is ignored, wherever it was cut short", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    await look();
    const whole = readFileSync(cacheFile());
    for (let length = 0; length < whole.length; length += 13) {
      writeFileSync(cacheFile(), whole.subarray(0, length));
      expect((await startCache().open(tree.root)).isEmpty()).toBe(true);
    }
    writeFileSync(cacheFile(), whole);
    expect((await look()).known).toHaveLength(2);
  });

  test("is ignored when any byte of it is another", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    const whole = readFileSync(cacheFile());
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(cacheFile(), damaged);
      expect((await startCache().open(tree.root)).isEmpty()).toBe(true);
    }
  });

  test("is replaced by a whole one", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    writeFileSync(cacheFile(), "something else\n".repeat(10));
    expect((await look()).known).toEqual([]);
    expect((await look()).known).toEqual(["a.jpg"]);
  });
});

describe("a whole cache of another shape", () => {
  const reseal = (head: object, body: Uint8Array): void => {
    const sealed = Buffer.concat([...seal("digests 6", head, [body])]);
    writeFileSync(cacheFile(), sealed, { mode: 0o600 });
  };
  const opened = () =>
    unseal("digests 6", readFileSync(cacheFile()), (head): head is object => head !== null)!;
  const expectNone = async (): Promise<void> => {
    expect((await startCache().open(tree.root)).isEmpty()).toBe(true);
    expect((await look()).digests).toEqual(await truth());
    expect((await look()).known).toEqual(["a.jpg"]);
  };
  const nothing = Object.fromEntries(
    ["place", "rules", "clock", "origin", "files", "paths", "findings"].map((name) => [
      name,
      undefined,
    ]),
  );

  test.each<[string, object]>([
    ["no findings", { findings: null }],
    ["findings that are none", { findings: [null] }],
    ["a finding without its fields", { findings: [{ head: {} }] }],
    [
      "a finding whose text is a number",
      { findings: [{ isPrivateKey: false, head: { text: 5 } }] },
    ],
    ["a flaw that no file has", { findings: [{ isPrivateKey: false, flaw: "toString" }] }],
    ["no clock", { clock: null }],
    ["no origin", { origin: null }],
    ["a clock without its fields", { clock: {} }],
    ["another number of files", { files: 1e9 }],
    ["nothing", nothing],
  ])("is none: %s", async (_what, other) => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    const { head, body } = opened();
    reseal({ ...head, ...other }, body);
    await expectNone();
  });

  test.each([[[null]], [[{}]], [{ length: 1 }], ["a"]])(
    "is none: paths that are %j",
    async (paths) => {
      tree.write({ "a.jpg": jpeg("a") });
      await look();
      const { head, body } = opened();
      const text = [...pathText(["a.jpg"])].join("");
      const rest = body.subarray(0, body.length - text.length);
      reseal(
        { ...head, paths: "others" },
        Buffer.concat([rest, Buffer.from(JSON.stringify(paths))]),
      );
      await expectNone();
    },
  );
});

describe("a cache that is wrong", () => {
  test("is found out by a file that is read all the same, discarded, and said to be", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    await look();
    const { files, known } = await readTree(startCache());
    const stats = statSync(tree.at("a.jpg"));
    const stamp = Float64Array.of(stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino, stats.dev);
    const file = { absolutePath: tree.at("a.jpg"), stamp, sinceMs: settled().wallMs };
    known?.noteDigest(file, "0".repeat(64));
    await hashFiles(files, { known });
    expect((await look()).digests["a.jpg"]).toBe("0".repeat(64));

    const checked = await look({ random: { next: () => 0 } });
    expect(checked.digests).toEqual(await truth());
    expect(checked.known).toEqual([]);
    expect(checked.warnings).toHaveLength(1);
    expect((await look()).digests).toEqual(await truth());
  });

  test("about a file is not believed about any folder either", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look({ set: { include: ["*.jpg"] } });
    const { known } = await readTree(startCache(), { dataType: "image" });
    expect(keptNames().filter((name) => name.endsWith(".choice"))).toHaveLength(2);
    await known?.refute(tree.at("a.jpg"));
    expect(keptNames()).toEqual([]);
  });

  test("is right where a file that is read all the same changes meanwhile", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    const checked = await look({ random: { next: () => 0 } });
    expect([checked.known, checked.warnings]).toEqual([["a.jpg"], []]);
  });
});

describe("the folder of caches", () => {
  test("can be read by its user alone, and holds no content", async () => {
    tree.write({ "a.jpg": jpeg("content of a file") });
    await look();
    expect(statSync(kept.at("digests")).mode & 0o777).toBe(0o700);
    expect(statSync(cacheFile()).mode & 0o777).toBe(0o600);
    expect(readFileSync(cacheFile()).includes("content of a file")).toBe(false);
  });

  test("has nothing of file systems that do not show each change, though the process knows it", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look({ isSteady: () => false });
    expect(keptNames()).toEqual([]);
  });

  test("is not used for a device whose number another one has now", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    expect((await look({ isSteady: () => false })).known).toEqual([]);
  });

  test("keeps what two processes write at once", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b"), "c.jpg": jpeg("c") });
    const read = async (path: string) => {
      const { files, known } = await readTree(startCache(), { include: [path] });
      return () => hashFiles(files, { known });
    };
    const [one, other] = [await read("a.jpg"), await read("b.jpg")];
    await one();
    await other();
    expect((await look({ set: { include: ["a.jpg", "b.jpg"] } })).known).toHaveLength(2);
    await Promise.all(Array.from({ length: 8 }, () => look()));
    expect((await look()).known).toHaveLength(3);
    expect(digestNames()).toHaveLength(1);
  });

  test("keeps what another process wrote of files that this one has only listed", async () => {
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    const { files, known } = await readTree(startCache(), { checkContent: "off" });
    await look();
    await hashFiles(
      files.filter(({ path }) => path === "a.jpg"),
      { known },
    );
    expect((await look()).known).toContain("b.jpg");
  });

  test("keeps what a process found of a file that has changed since another one wrote", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    const cache = startCache();
    await readTree(cache);
    await look();
    writeFileSync(tree.at("a.jpg"), jpeg("b"));
    expect(await lookAgain(cache)).toBe(0);
    passTick(kept.root);
    const after = await look();
    expect(after.known).toEqual(["a.jpg"]);
    expect(after.digests).toEqual(await truth());
  });

  test("knows each of many files by its own digest, in whatever order threads read them", async () => {
    const names = Array.from({ length: 600 }, (_, n) => `${n % 7}/${n}.jpg`);
    tree.write(Object.fromEntries(names.map((name) => [name, jpeg(name)])));
    const set = { prefix: "all/" };
    const { known, digests } = await look({ set });
    expect(known).toEqual([]);
    const again = await look({ set });
    expect(again.known).toHaveLength(names.length);
    expect(again.digests).toEqual(digests);
    // Some of them come to be known when others are, and stand between these.
    tree.write(Object.fromEntries(names.map((name) => [`${name}.more.jpg`, jpeg(`more ${name}`)])));
    expect((await look()).known).toHaveLength(names.length);
    const all = await look();
    expect(all.known).toHaveLength(2 * names.length);
    expect(all.digests).toEqual(await truth());
  });

  test("has a whole cache where many are written at once", async () => {
    const file = kept.at("digests/x.digests");
    const caches = Array.from({ length: 20 }, (_, n) => Buffer.alloc(100_000 + n, n));
    await Promise.all(caches.map((bytes) => replaceCacheFile(file, [bytes])));
    const written = readFileSync(file);
    expect(caches[written[0] ?? -1]?.equals(written)).toBe(true);
    expect(keptNames()).toEqual(["x.digests"]);
  });

  test("is not written when nothing is new", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    await look();
    const before = statSync(cacheFile()).ino;
    await look();
    expect(statSync(cacheFile()).ino).toBe(before);
  });

  test("loses files that were not seen for a month", async () => {
    const dayMs = 24 * 60 * 60 * 1000;
    const after = (days: number) => ({
      markClock: () => ({ ...settled(), wallMs: settled().wallMs + days * dayMs }),
    });
    tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
    await look();
    rmSync(tree.at("a.jpg"));
    const size = statSync(cacheFile()).size;
    await look(after(20));
    expect(statSync(cacheFile()).size).toBe(size);
    await look(after(40));
    expect(statSync(cacheFile()).size).toBeLessThan(size);
    expect((await look(after(41))).known).toEqual(["b.jpg"]);
  });

  test("loses caches that were not used for a month, and what a killed process left", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    kept.write({ "digests/old.digests": "", "digests/new.digests": "", "digests/mine": "" });
    kept.write({ "digests/x.digests.1-2-3.partial": "" });
    const daysAgo = (days: number): number => Date.now() / 1000 - days * 24 * 60 * 60;
    utimesSync(kept.at("digests/old.digests"), daysAgo(31), daysAgo(31));
    utimesSync(kept.at("digests/new.digests"), daysAgo(29), daysAgo(29));
    utimesSync(kept.at("digests/x.digests.1-2-3.partial"), daysAgo(2), daysAgo(2));
    utimesSync(kept.at("digests/mine"), daysAgo(100), daysAgo(100));
    await look();
    const others = keptNames().filter((name) => !/^[0-9a-f]{32}\.(?:digests|choice)$/.test(name));
    expect(others.sort()).toEqual(["mine", "new.digests"]);
  });

  test("loses what was not used for longest when it has more than 512 MiB", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    const sizes = { "1.choice": 300, "2.digests": 20, "3.choice": 300, "4.digests": 200 };
    for (const [index, [name, mib]] of Object.entries(sizes).entries()) {
      kept.write({ [`digests/${name}`]: "" });
      truncateSync(kept.at(`digests/${name}`), mib * 1024 * 1024);
      const usedAt = Date.now() / 1000 - 1000 + index;
      utimesSync(kept.at(`digests/${name}`), usedAt, usedAt);
    }
    await look();
    const others = keptNames().filter((name) => name in sizes);
    expect(others.sort()).toEqual(["3.choice", "4.digests"]);
  });

  test("may be one that can't be made: then each file is read", async () => {
    tree.write({ "a.jpg": jpeg("a") });
    kept.write({ file: "" });
    const folder = kept.at("file/digests");
    await look({ folder });
    const second = await look({ folder });
    expect([second.known, second.digests]).toEqual([[], await truth()]);
  });
});

test("a stack's preview and its up, each a process, hash a file once", async () => {
  tree.write({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
  const readBy = async (): Promise<readonly [digest: string, filesRead: number]> => {
    let filesRead = 0;
    const { manifest } = await createLocalFiles(startCache()).read(
      { root: tree.root, include: ["**"] },
      { onListing: () => undefined, onProgress: ({ filesDone }) => (filesRead = filesDone) },
    );
    return [manifest.digest, filesRead];
  };
  const [digest, filesRead] = await readBy();
  expect(filesRead).toBe(2);
  expect(await readBy()).toEqual([digest, 0]);
});

describe("what was read of a file is believed", () => {
  const secondMs = 1000;
  const nowMs = 1_700_000_000_000;
  const stampOf = (mtimeMs: number, ctimeMs: number, inode = 7): Float64Array =>
    Float64Array.of(10, mtimeMs, ctimeMs, inode, 1);

  test.each([
    ["whose times were past by more than any clock's tick", -4, -4, true],
    ["that was written in the same tick", 0, 0, false],
    ["within the tick of FAT, of 2 s", -2, -2, false],
    ["whose content was written just now, its time put back", -9, 0, false],
    ["whose time was put forward", 9, -9, false],
  ])("or not, of one %s", (_, mtime, ctime, isBelieved) => {
    const stamp = stampOf(nowMs + mtime * secondMs, nowMs + ctime * secondMs);
    expect(isSettled(stamp, nowMs)).toBe(isBelieved);
  });

  test("never where there is no inode, no ctime or no clock", () => {
    const past = nowMs - 9 * secondMs;
    expect(isSettled(stampOf(past, past, 0), nowMs)).toBe(false);
    expect(isSettled(stampOf(past, 0), nowMs)).toBe(false);
    expect(isSettled(stampOf(past, past), NaN)).toBe(false);
  });
});

(process.platform === "linux" ? describe : describe.skip)("a file system", () => {
  test("that is made up, or in memory, or can't be asked, shows not each change", () => {
    const paths = ["/proc/version", "/sys", "/dev/shm", "/not/there"];
    expect(paths.filter((path) => isOnSteadyDevice(path))).toEqual([]);
  });

  test("of an image shows not each change: another image may be attached to the same loop device since", () => {
    const isSteady = createSteadyDevices(() => true);
    const [loop0, loop300, disk, logicalVolume] = [0x700, 0x10072c, 0x801, 0xfd07];
    const asked = [loop0, loop300, disk, logicalVolume, loop0, disk];
    const steady = asked.filter((device) => isSteady(device, "/data/a.jpg"));
    expect(steady).toEqual([disk, logicalVolume, disk]);
  });
});
