import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { ChoosingRun } from "../../src/files/choose";
import type { DigestCache } from "../../src/files/digests/digest-cache";
import { seal, unseal } from "../../src/files/digests/sealed";
import { putStamp, stampLength } from "../../src/files/digests/stamp";
import type { Choice, KeptChoice } from "../../src/files/digests/kept-choice";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import { passTick, settled, startSettledCache, type CacheOptions } from "../support/settled-cache";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";

let tree: TempTree;
let kept: TempTree;

beforeEach(() => {
  tree = createTempTree();
  kept = createTempTree();
  tree.write({ "a.jpg": jpeg("a"), "sub/b.jpg": jpeg("b"), "sub/deep/c.jpg": jpeg("c") });
  tree.write({ "sub/note.txt": "n", "sub/.hidden.jpg": jpeg("h"), "Thumbs.db": "t" });
});
afterEach(() => {
  tree.remove();
  kept.remove();
});

type Set = Omit<FileSet, "known">;

interface Look {
  readonly set: Set;
  /** Whether nothing was listed. */
  readonly isRecalled: boolean;
  readonly warnings: readonly string[];
}

interface LookOptions extends CacheOptions {
  readonly set?: Partial<FileSetOptions>;
  readonly run?: Pick<ChoosingRun, "isLeftOut" | "leftOutBy">;
  /** What is kept instead of what was chosen. */
  readonly forge?: (paths: readonly string[]) => readonly string[];
}

/** As a process has it that was just started, on files that were written some time before. */
async function look({ set, run, forge, ...options }: LookOptions = {}): Promise<Look> {
  const warnings: string[] = [];
  let isRecalled = false;
  const cache = startSettledCache({
    folder: kept.at("digests"),
    markClock: () => settled(10_000),
    onWarning: (text) => warnings.push(text),
    ...options,
  });
  const watched: DigestCache = {
    ...cache,
    choice: (...at: Parameters<DigestCache["choice"]>): KeptChoice => {
      const choice = cache.choice(...at);
      return {
        recall: async () => {
          const recalled = await choice.recall();
          isRecalled = recalled !== undefined;
          return recalled;
        },
        keep: (made: Choice | undefined, ground) =>
          choice.keep(made && { ...made, paths: forge?.(made.paths) ?? made.paths }, ground),
      };
    },
  };
  const { known, ...found } = await readFileSet(optionsOf(set), { cache: watched, ...run });
  expect(known).toBeDefined();
  passTick(kept.root);
  return { set: found, isRecalled, warnings };
}

const optionsOf = (set: Partial<FileSetOptions> = {}): FileSetOptions => ({
  root: tree.root,
  include: ["**"],
  ...set,
});

/** What there really is. */
async function truth(set?: Partial<FileSetOptions>): Promise<Set> {
  const { known, ...found } = await readFileSet(optionsOf(set));
  expect(known).toBeUndefined();
  return found;
}

const pathsOf = ({ files }: Set): readonly string[] => files.map(({ path }) => path);

describe("what lines chose", () => {
  test("is not chosen again while no folder changes, and is the same set", async () => {
    tree.write({ ".avalaignore": "left/\n", "left/d.jpg": jpeg("d"), "frame_2.jpg": jpeg("2") });
    tree.write({ "frame_10.jpg": jpeg("10"), "frame_1.jpg": jpeg("1"), "aux.jpg": jpeg("x") });
    const first = await look();
    const second = await look();
    expect([first.isRecalled, second.isRecalled]).toEqual([false, true]);
    expect(first.set).toEqual(await truth());
    expect(second.set).toEqual(first.set);
    expect(first.set.notices).not.toEqual([]);
    expect(first.set.leftOut.ignored).not.toEqual([]);
  });

  test("is not chosen again where a file's content changes", async () => {
    await look();
    tree.write({ "a.jpg": jpeg("longer than before") });
    const { isRecalled, set } = await look();
    expect([isRecalled, set]).toEqual([true, await truth()]);
  });

  test.each<[string, Partial<FileSetOptions>]>([
    ["lines", { include: ["sub/**"] }],
    ["exclusions", { exclude: ["a.jpg"] }],
    ["a prefix", { prefix: "p" }],
    ["hidden files", { includeHidden: true }],
    ["another policy for unindexed files", { unindexed: "send" }],
    ["a data type", { dataType: "image" }],
    ["one folder", { folder: "sub" }],
    ["a dataset for each folder", { partitionDepth: 1 }],
  ])("is chosen for itself with %s", async (_, set) => {
    await look();
    const { isRecalled, set: found } = await look({ set });
    expect([isRecalled, found]).toEqual([false, await truth(set)]);
    expect((await look({ set })).isRecalled).toBe(true);
    expect((await look()).isRecalled).toBe(true);
  });

  test.each<[string, () => void]>([
    ["is a link", () => symlinkSync("a.jpg", tree.at("link.jpg"))],
    ["is a link to a folder", () => symlinkSync("deep", tree.at("sub/link"))],
  ])("is chosen each time where something %s", async (_, change) => {
    change();
    await look();
    const { isRecalled, set } = await look();
    expect([isRecalled, set]).toEqual([false, await truth()]);
  });

  test("is chosen each time for lines of which one matches nothing, to say why", async () => {
    const set = { include: ["**", "*.jpeg"] };
    await look({ set });
    expect((await look({ set })).isRecalled).toBe(false);
  });

  test("is refused each time where its names leave the data type open", async () => {
    tree.write({ "scan.pcd": "p" });
    const isOpen = { problems: [{ input: "dataType" }] };
    await expect(look()).rejects.toMatchObject(isOpen);
    await expect(look()).rejects.toMatchObject(isOpen);
    expect((await look({ set: { dataType: "image" } })).set.files).not.toEqual([]);
  });

  test("is refused each time where a name is refused", async () => {
    const set = { prefix: "x".repeat(698) };
    const error = { code: "input", message: expect.stringContaining("sub/b.jpg") as string };
    await expect(look({ set })).rejects.toMatchObject(error);
    await expect(look({ set })).rejects.toMatchObject(error);
  });

  test("is chosen each time on a file system that does not show each change", async () => {
    await look({ isSteady: () => false });
    expect(readdirSync(kept.root)).toEqual([]);
    await look();
    expect((await look({ isSteady: () => false })).isRecalled).toBe(false);
  });

  test("is chosen again after it was chosen within a tick of a change", async () => {
    const now = { markClock: () => settled(0) };
    for (let round = 0; round < 20; round++) {
      await look(now);
      tree.write({ [`new-${round}.jpg`]: jpeg("n") });
      expect((await look(now)).set).toEqual(await truth());
    }
  });

  test("is chosen again when the clock was set back", async () => {
    await look({ markClock: () => settled(60_000) });
    expect((await look()).isRecalled).toBe(false);
    expect((await look()).isRecalled).toBe(true);
  });

  test.each<[string, number, CacheOptions, PropertyDescriptorMap]>([
    ["machine", 2, { machine: "another" }, {}],
    // What it writes here is not its own, and would not be read again.
    ["user", 1, {}, { getuid: { value: () => 1234 } }],
    ["version of Node", 2, {}, { version: { value: "v99.0.0" } }],
  ])(
    "is chosen for itself on another %s, and stays for this one",
    async (_, count, options, other) => {
      await look();
      jest.replaceProperty(globalThis, "process", Object.create(process, other) as NodeJS.Process);
      expect((await look(options)).isRecalled).toBe(false);
      jest.restoreAllMocks();
      expect((await look()).isRecalled).toBe(true);
      expect(readdirSync(kept.at("digests")).filter((name) => /choice/.test(name))).toHaveLength(
        count,
      );
    },
  );
});

describe("what a caller leaves out", () => {
  const leaving = (name: string, leftOutBy?: string): NonNullable<LookOptions["run"]> => ({
    isLeftOut: (real) => real === tree.at(name),
    leftOutBy,
  });

  test("is chosen once where it leaves nothing out, and says by what it decides", async () => {
    const nothing = { run: leaving("none", "1") };
    const first = await look(nothing);
    const second = await look(nothing);
    expect([first.isRecalled, second.isRecalled]).toEqual([false, true]);
    expect(second.set).toEqual(first.set);
  });

  test("is chosen for itself where it decides by something else", async () => {
    await look({ run: leaving("none", "1") });
    const { isRecalled, set } = await look({ run: leaving("a.jpg", "2") });
    expect(isRecalled).toBe(false);
    expect(pathsOf(set)).not.toContain("a.jpg");
    expect((await look({ run: leaving("none", "1") })).isRecalled).toBe(true);
    expect((await look()).isRecalled).toBe(false);
  });

  test.each<[string, string, string | undefined]>([
    ["something is left out", "sub/deep", "1"],
    ["it does not say by what it decides", "none", undefined],
  ])("is chosen each time where %s", async (_, name, by) => {
    await look({ run: leaving(name, by) });
    expect((await look({ run: leaving(name, by) })).isRecalled).toBe(false);
  });
});

const putBack = (folder: string, change: () => void): void => {
  const { atime, mtime } = statSync(folder);
  change();
  utimesSync(folder, atime, mtime);
};

const changes: readonly (readonly [string, () => void])[] = [
  ["a file is added", () => tree.write({ "new.jpg": jpeg("n") })],
  ["a file is added far below", () => tree.write({ "sub/deep/new.jpg": jpeg("n") })],
  [
    "a file is added, and its folder's time put back",
    () => {
      putBack(tree.at("sub"), () => tree.write({ "sub/new.jpg": jpeg("n") }));
    },
  ],
  ["a folder is added", () => tree.write({ "new/n.jpg": jpeg("n") })],
  ["a file is removed", () => rmSync(tree.at("sub/b.jpg"))],
  ["a file is renamed", () => renameSync(tree.at("a.jpg"), tree.at("z.jpg"))],
  ["a folder is renamed", () => renameSync(tree.at("sub/deep"), tree.at("sub/other"))],
  ["a file moves to another folder", () => renameSync(tree.at("a.jpg"), tree.at("sub/a.jpg"))],
  [
    "a file becomes a folder",
    () => {
      rmSync(tree.at("a.jpg"));
      tree.write({ "a.jpg/in.jpg": jpeg("i") });
    },
  ],
  [
    "a file becomes a link",
    () => {
      rmSync(tree.at("a.jpg"));
      symlinkSync("sub/b.jpg", tree.at("a.jpg"));
    },
  ],
  [
    "another folder takes a folder's place and times",
    () => {
      tree.write({ "../other/x.jpg": jpeg("x") });
      const { atime, mtime } = statSync(tree.at("sub"));
      rmSync(tree.at("sub"), { recursive: true });
      renameSync(tree.at("../other"), tree.at("sub"));
      utimesSync(tree.at("sub"), atime, mtime);
    },
  ],
  ["an ignore file is added", () => tree.write({ "sub/.avalaignore": "b.jpg\n" })],
  ["an ignore file is removed", () => rmSync(tree.at(".avalaignore"))],
  [
    "an ignore file has other lines, of the same size and time",
    () => {
      putBack(tree.at(".avalaignore"), () => tree.write({ ".avalaignore": "a.jpg\n" }));
    },
  ],
];

describe("is chosen again when", () => {
  test.each(changes)("%s", async (_, change) => {
    tree.write({ ".avalaignore": "z.jpg\n" });
    await look();
    expect((await look()).isRecalled).toBe(true);
    change();
    const { isRecalled, set } = await look();
    expect([isRecalled, set]).toEqual([false, await truth()]);
  });

  test("anything happens to the tree, in any order", async () => {
    const folders = ["", "sub/", "sub/deep/", "new/"];
    const place = fc.record({ folder: fc.constantFrom(...folders), name: fc.nat({ max: 3 }) });
    const step = fc.record({ what: fc.constantFrom("write", "remove", "rename", "none"), place });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const { what, place: at } of steps) {
          const path = `${at.folder}f${at.name}.jpg`;
          if (what === "write") tree.write({ [path]: jpeg(path) });
          if (what === "remove") rmSync(tree.at(path), { force: true });
          if (what === "rename") {
            mkdirSync(tree.at("new"), { recursive: true });
            renameSync(tree.at("new"), tree.at("sub/deep/moved"));
            rmSync(tree.at("sub/deep/moved"), { recursive: true });
          }
          const { set } = await look();
          const real = await truth();
          expect(pathsOf(set)).toEqual(pathsOf(real));
          expect(set.leftOut).toEqual(real.leftOut);
        }
      }),
      { numRuns: 12 },
    );
  });
});

interface Head {
  readonly seen: number;
  readonly seenBytes: number;
  readonly facts: object;
}

describe("a kept choice that is wrong", () => {
  const choiceFile = (): string => {
    const name = readdirSync(kept.at("digests")).find((one) => one.endsWith(".choice"));
    return join(kept.at("digests"), name ?? "");
  };

  const opened = () =>
    unseal("choice 3", readFileSync(choiceFile()), (head): head is Head => head !== null)!;

  test("is found out by choosing all the same, discarded, and said to be", async () => {
    await look({ forge: (paths) => paths.slice(1) });
    expect(pathsOf((await look()).set)).not.toContain("a.jpg");
    const checked = await look({ random: { next: () => 0 } });
    expect(checked.set).toEqual(await truth());
    expect(checked.warnings).toHaveLength(1);
    expect((await look()).set).toEqual(await truth());
  });

  /** As on a file system where nothing shows that a folder has changed. */
  const withoutASign = (change: () => void): void => {
    change();
    const { head, body } = opened();
    expect(head.seen).toBe(3);
    ["", "sub", "sub/deep"].forEach((path, index) => {
      const stamp = new Float64Array(stampLength);
      putStamp(stamp, 0, statSync(tree.at(path)));
      body.set(Buffer.from(stamp.buffer), index * stamp.byteLength);
    });
    const sealed = Buffer.concat([...seal("choice 3", head, [body])]);
    writeFileSync(choiceFile(), sealed, { mode: 0o600 });
  };

  test("is found out also by what is not kept, as there is a link", async () => {
    await look();
    withoutASign(() => symlinkSync("a.jpg", tree.at("link.jpg")));
    expect(pathsOf((await look()).set)).not.toContain("link.jpg");
    const checked = await look({ random: { next: () => 0 } });
    expect(checked.warnings).toHaveLength(1);
    expect((await look()).set).toEqual(await truth());
  });

  test("leads to no file outside the root", async () => {
    tree.write({ "../outside.jpg": jpeg("o") });
    for (const path of ["../outside.jpg", tree.at("../outside.jpg"), "sub/../../outside.jpg"]) {
      await look({ forge: () => [path] });
      const { isRecalled, set } = await look();
      expect([isRecalled, set]).toEqual([false, await truth()]);
      rmSync(choiceFile());
    }
    rmSync(tree.at("../outside.jpg"));
  });

  test("is ignored when it is cut short, or any byte of it is another", async () => {
    await look();
    const real = await truth();
    const whole = readFileSync(choiceFile());
    for (let at = 0; at < whole.length; at += 17) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      for (const bytes of [damaged, whole.subarray(0, at)]) {
        writeFileSync(choiceFile(), bytes);
        const { isRecalled, set } = await look();
        expect([isRecalled, pathsOf(set)]).toEqual([false, pathsOf(real)]);
      }
    }
    expect((await look()).isRecalled).toBe(true);
  });

  const notice = { text: 5 };
  test.each<[string, (head: Head) => object]>([
    ["no clock", (head) => ({ ...head, clock: null })],
    ["no facts", (head) => ({ ...head, facts: null })],
    ["facts without their fields", (head) => ({ ...head, facts: {} })],
    ["of what was found, nothing", (head) => ({ ...head, facts: { ...head.facts, found: null } })],
    ["notices that are none", (head) => ({ ...head, facts: { ...head.facts, notices: [null] } })],
    ["a notice of a number", (head) => ({ ...head, facts: { ...head.facts, notices: [notice] } })],
  ])("is none when it is whole but has another shape: %s", async (_what, changed) => {
    await look();
    const { head, body } = opened();
    const sealed = Buffer.concat([...seal("choice 3", changed(head), [body])]);
    writeFileSync(choiceFile(), sealed, { mode: 0o600 });
    expect((await look()).set).toEqual(await truth());
    expect((await look()).isRecalled).toBe(true);
  });

  test.each(["seen", "paths"])("is none when it is whole but has no texts as %s", async (which) => {
    await look();
    const { head, body } = opened();
    const before = body.toString("latin1");
    const at = before.indexOf("[", head.seen * stampLength * 8);
    const end = at + head.seenBytes;
    const texts = { seen: before.slice(at, end), paths: before.slice(end) };
    texts[which as keyof typeof texts] = "[null,null,null,null]".padEnd(texts.seen.length);
    const other = Buffer.from(before.slice(0, at) + texts.seen + texts.paths, "latin1");
    const counts = which === "seen" ? { seen: 4 } : { files: 4, paths: "others" };
    const sealed = Buffer.concat([...seal("choice 3", { ...head, ...counts }, [other])]);
    writeFileSync(choiceFile(), sealed, { mode: 0o600 });
    expect((await look()).set).toEqual(await truth());
  });
});
