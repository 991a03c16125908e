// Files of a version, or of a growing set, of which no response has shown that storage keeps them: a Dataset looks at them, though
// its FileSet sent them in another call of the provider, perhaps on another machine.
import { createHash } from "node:crypto";
import type { EmulatorOptions } from "../../emulator/index";
import { createBench, make, type Bench } from "../support/provider";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";

const NAMES = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"];
const WRONG = "c.jpg";

let bench: Bench;
const elsewhere: TempTree[] = [];
const start = async (
  reply: object,
  dialect: NonNullable<EmulatorOptions["dialect"]> = {},
): Promise<void> => {
  const files = Object.fromEntries(NAMES.map((name) => [name, jpeg(name)]));
  bench = await createBench(files, { dialect: { uploadReply: "managed", ...dialect } });
  const on = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;
  bench.avala.setFault({ on, store: "other", when: "after", ...reply });
};
afterEach(async () => {
  await bench.stop();
  for (const tree of elsewhere.splice(0)) tree.remove();
});

const LOST = { drop: true };
const set = () => ({ root: bench.tree.root, include: ["*.jpg"] });

/** A state folder that has nothing. */
const anotherState = (): NodeJS.ProcessEnv => {
  const tree = createTempTree();
  elsewhere.push(tree);
  return { AVALA_STATE_DIR: tree.root };
};

/** The files that storage keeps nowhere as they are. */
const lacking = async (): Promise<readonly string[]> => {
  const kept = new Set((await bench.avala.objects()).map(({ sha256 }) => sha256));
  const sha256Of = (name: string) => createHash("sha256").update(jpeg(name)).digest("hex");
  return NAMES.filter((name) => !kept.has(sha256Of(name)));
};

const version = { versionOf: "training" };

test.each([
  ["a lost response", LOST],
  ["a response without ETag", { reply: { status: 200 } }],
])("a version with a file that was kept wrong is refused, after %s", async (_how, reply) => {
  await start(reply);
  const handlers = bench.handlers();
  const { outs: files } = await make(handlers.fileSet, { ...set(), ...version });
  expect(await lacking()).toEqual([WRONG]);
  const made = make(handlers.dataset, { files });
  await expect(made).rejects.toThrow(/holds other content than this run sent:\s+- c\.jpg/);
  // It is there, and what was seen of it stays known, also where the files can't be read.
  const { outs } = await make(bench.handlers().dataset, { files });
  expect(outs.isVerified).toBe(false);
  const later = bench.handlers();
  await later.fileSet.check(files, { ...set(), ...version } as never);
  await expect(make(later.dataset, { files })).rejects.toThrow(/c\.jpg/);
});

test("a version whose files another machine sent is looked at", async () => {
  await start(LOST);
  const { outs: files } = await make(bench.handlers().fileSet, { ...set(), ...version });
  const other = bench.handlers(anotherState());
  // The engine checks the file set in each update.
  await other.fileSet.check(files, { ...set(), ...version } as never);
  await expect(make(other.dataset, { files })).rejects.toThrow(/c\.jpg/);
});

test("a version whose files another machine sent is not verified where nothing can be compared", async () => {
  await start(LOST, { itemUrls: "rendition" });
  const { outs: files } = await make(bench.handlers().fileSet, { ...set(), ...version });
  const { outs } = await make(bench.handlers(anotherState()).dataset, { files });
  expect(outs.isVerified).toBe(false);
  expect(bench.told().join("\n")).toContain("For 4 files of the dataset");
});

test("a suspect that can't be looked at leaves the version unverified, and is named", async () => {
  await start(LOST, { itemKeys: "null" });
  const handlers = bench.handlers();
  const { outs: files } = await make(handlers.fileSet, { ...set(), ...version });
  const { outs } = await make(handlers.dataset, { files });
  expect(outs.isVerified).toBe(false);
  expect(bench.told().join("\n")).toMatch(/For 1 file of the dataset.*\n\s*- c\.jpg/);
});

test("a suspect that was kept is verified by a look", async () => {
  await start(LOST);
  bench.avala.clearFaults();
  const on = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;
  bench.avala.setFault({ on, when: "after", drop: true });
  const handlers = bench.handlers();
  const { outs: files } = await make(handlers.fileSet, { ...set(), ...version });
  const { outs } = await make(handlers.dataset, { files });
  expect(outs.isVerified).toBe(true);
  expect(await lacking()).toEqual([]);
});

test("a growing set sends in another increment what was kept wrong", async () => {
  await start(LOST);
  const given = { ...set(), name: "training", dataType: "image" };
  await expect(make(bench.handlers().growingDataset, given)).rejects.toThrow(/c\.jpg/);
  const { outs } = await make(bench.handlers().growingDataset, given);
  expect(outs).toMatchObject({ unverifiedCount: 0, datasetUids: { length: 2 } });
  expect(await lacking()).toEqual([]);
});

describe("a version sent by form to a store whose ETags are no MD5s", () => {
  const startByForm = async (faults: { readonly times: number }): Promise<void> => {
    const names = Array.from({ length: 6 }, (_, index) => `${String(index + 100)}.jpg`);
    const files = Object.fromEntries(names.map((name) => [name, jpeg(name)]));
    bench = await createBench(files, { dialect: { uploadReply: "form" }, etag: "opaque" });
    const on = { target: "storage", method: "POST" } as const;
    if (faults.times > 0) bench.avala.setFault({ on, skip: 3, store: "half", ...faults });
  };

  test.each([
    [0, true],
    [1, false],
  ])("is verified by its sizes, where %d of its files were cut short: %p", async (times, is) => {
    await startByForm({ times });
    const handlers = bench.handlers();
    const { outs: files } = await make(handlers.fileSet, { ...set(), ...version });
    const { outs } = await make(handlers.dataset, { files });
    expect(outs.isVerified).toBe(is);
  });
});
