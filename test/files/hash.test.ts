import { createHash } from "node:crypto";
import {
  appendFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { Worker } from "node:worker_threads";
import { readFileSet } from "../../src/files/file-set";
import type { LocalFile } from "../../src/files/local-file";
import { createFileWorkers } from "../../src/files/workers/file-workers";
import { startWorker } from "../../src/files/workers/start-worker";
import { hashFiles, type HashProgress } from "../../src/files/hash";
import { createTempTree, type TempTree } from "../support/temp-tree";

const MIB = 1024 * 1024;
const contents: Record<string, Buffer> = {
  "empty.mp4": Buffer.alloc(0),
  "one.mp4": Buffer.from("x"),
  "exact.mp4": Buffer.alloc(MIB, 1),
  "more.mp4": Buffer.alloc(MIB + 1, 2),
  "large.mp4": Buffer.alloc(40 * MIB, 3),
};
let in_: TempTree;
beforeEach(() => {
  in_ = createTempTree(contents);
});
afterEach(() => in_.remove());

async function list(...include: string[]): Promise<readonly LocalFile[]> {
  const set = await readFileSet({
    root: in_.root,
    include: include.length > 0 ? include : ["**"],
    checkContent: "off",
  });
  return set.files;
}
const sha256 = (path: string): string =>
  createHash("sha256")
    .update(contents[path] ?? "")
    .digest("hex");

describe.each([
  ["here", 0],
  ["in one thread", 1],
  ["in three threads", 3],
])("hashing %s", (_, concurrency) => {
  test("gives the sha256 of each file, sorted", async () => {
    const manifest = await hashFiles(await list(), { concurrency });
    expect(manifest.entries.map(({ path, sha256: digits }) => [path, digits])).toEqual(
      ["empty.mp4", "exact.mp4", "large.mp4", "more.mp4", "one.mp4"].map((path) => [
        path,
        sha256(path),
      ]),
    );
  });

  test("tells progress that only grows and ends with all of it", async () => {
    const told: HashProgress[] = [];
    await hashFiles(await list(), { concurrency, onProgress: (progress) => told.push(progress) });
    const bytesTotal = Object.values(contents).reduce((sum, { length }) => sum + length, 0);
    expect(told[0]).toEqual({ filesDone: 0, filesTotal: 5, bytesDone: 0, bytesTotal });
    expect(told.at(-1)).toEqual({ filesDone: 5, filesTotal: 5, bytesDone: bytesTotal, bytesTotal });
    expect(told.map(({ bytesDone }) => bytesDone)).toEqual(
      told.map(({ bytesDone }) => bytesDone).sort((a, b) => a - b),
    );
    expect(told.length).toBeGreaterThan(3);
  });

  test.each([
    ["grew", (path: string) => appendFileSync(path, "x")],
    ["was cut", (path: string) => truncateSync(path, 0)],
    ["was removed", (path: string) => rmSync(path)],
  ])("names a file that %s since it was listed", async (__, change) => {
    const files = await list();
    change(in_.at("one.mp4"));
    const error: unknown = await hashFiles(files, { concurrency }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "file_changed" });
    expect(String(error)).toContain("one.mp4");
  });

  test("names a file that became a folder, and does not wait on a pipe", async () => {
    const files = await list("one.mp4");
    rmSync(in_.at("one.mp4"));
    in_.write({ "one.mp4": null });
    await expect(hashFiles(files, { concurrency })).rejects.toMatchObject({ code: "file_changed" });
  });

  test("does not begin when it is stopped before", async () => {
    await expect(
      hashFiles(await list(), { concurrency, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      code: "cancelled",
    });
  });
});

describe("a file that changes while it is read", () => {
  // The first progress comes with 16 of 40 MiB read; the thread waits for nobody, so the change is made from its own file.
  test.each([
    [
      "written to, its size and times put back",
      (path: string) => {
        writeFileSync(path, Buffer.alloc(40 * MIB, 4));
        utimesSync(path, 1, 1);
      },
    ],
    [
      "replaced",
      (path: string) => {
        writeFileSync(`${path}.new`, Buffer.alloc(40 * MIB, 4));
        renameSync(`${path}.new`, path);
      },
    ],
    ["removed", (path: string) => rmSync(path)],
  ])("is caught when it is %s", async (_, change) => {
    const [file] = await list("large.mp4");
    if (file === undefined) throw new Error("No file.");
    utimesSync(file.absolutePath, 1, 1);
    let isChanged = false;
    // In this thread the change happens between two reads of the file, so the test does not depend on time.
    const error: unknown = await hashFiles([file], {
      concurrency: 0,
      onProgress: ({ bytesDone }) => {
        if (isChanged || bytesDone < 16 * MIB) return;
        isChanged = true;
        change(file.absolutePath);
      },
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "file_changed" });
    expect(String(error)).toContain("large.mp4");
  });
});

test("stops soon when its signal is aborted, with code cancelled", async () => {
  truncateSync(in_.at("large.mp4"), 4 * 1024 ** 3);
  const controller = new AbortController();
  const running = hashFiles(await list("large.mp4"), {
    signal: controller.signal,
    onProgress: ({ bytesDone }) => {
      if (bytesDone > 0) controller.abort();
    },
  });
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
});

test("files that are hashed in this thread are read no further once they are stopped", async () => {
  const names = Array.from({ length: 1000 }, (_, n) => `small-${n}.mp4`);
  in_.write(Object.fromEntries(names.map((name) => [name, Buffer.from(name)])));
  const files = await list("small-*");
  const stop = new AbortController();
  const told: number[] = [];
  const hashed = hashFiles(files, {
    signal: stop.signal,
    onProgress: ({ filesDone }) => {
      told.push(filesDone);
      if (filesDone > 0) setImmediate(() => stop.abort());
    },
  });
  await expect(hashed).rejects.toMatchObject({ code: "cancelled" });
  expect(told.at(-1)).toBeLessThan(files.length);
});

test("where no thread may be started, files are hashed and inspected in this one", async () => {
  const [file] = await list("exact.mp4");
  const paths = [file?.absolutePath ?? ""];
  const workers = createFileWorkers(2, () => {
    throw new Error("EAGAIN");
  });
  const job = { kind: "hash" as const, paths, sizesBytes: [MIB], chunkBytes: 1024 };
  const hashed = await workers.hash(job, () => undefined);
  expect(hashed).toMatchObject({ sha256: [sha256("exact.mp4")], faults: [] });
  const look = { sampleBytes: 0, endings: [""], maxReads: 1, maxReadBytes: 1 };
  const inspected = await workers.inspect({ kind: "inspect", paths, ...look });
  expect(inspected).toMatchObject({ sizesBytes: [MIB], faults: [] });
  await workers.close();
});

test("a thread that ended between two jobs is replaced", async () => {
  const [file] = await list("exact.mp4");
  const paths = [file?.absolutePath ?? ""];
  const started: Worker[] = [];
  const workers = createFileWorkers(1, () => {
    const worker = startWorker();
    started.push(worker);
    return worker;
  });
  const job = { kind: "hash" as const, paths, sizesBytes: [MIB], chunkBytes: 1024 };
  await workers.hash(job, () => undefined);
  await started[0]?.terminate();
  const hashed = await workers.hash(job, () => undefined);
  expect(hashed).toMatchObject({ sha256: [sha256("exact.mp4")], faults: [] });
  expect(started).toHaveLength(2);
  await workers.close();
});

test("a thread that fails on its own is an error and hangs nobody", async () => {
  const workers = createFileWorkers(1);
  const broken = { kind: "hash" as const, paths: ["x"], sizesBytes: [1], chunkBytes: -1 };
  await expect(workers.hash(broken, () => undefined)).rejects.toMatchObject({ code: "file" });
  await workers.close();
});
